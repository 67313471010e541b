//! What an operator does to keys, at the same time.

use vinr_core::ids::KeyId;
use vinr_core::keys::{Environment, Grant};
use vinr_core::time::Span;
use vinr_server::bootstrap::{self, NewKey, OVERLAP};

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    rolling_a_key_does_not_undo_that_it_is_revoked,
    a_key_that_is_rolled_twice_at_once_is_replaced_twice_and_ends_with_the_shorter_overlap,
);

/// How often two commands meet.
const ROUNDS: usize = 25;

async fn rolling_a_key_does_not_undo_that_it_is_revoked(engine: Engine) {
    let server = Server::start(engine).await;
    for round in 0..ROUNDS {
        let key = create(&server).await;
        let (rolled, revoked) = tokio::join!(roll(&server, &key.id, OVERLAP), async {
            bootstrap::revoke_key(&server.app.db, &server.app.env, &key.id).await
        });
        revoked.expect("a key may be revoked at any time");
        // Revoked first, there is no active key to roll.
        assert!(rolled.as_ref().map_or_else(|error| error.status() == 404, |_| true), "{rolled:?}");
        assert!(!is_active(&server, &key.id).await, "round {round}: the key opens doors again");
    }
}

async fn a_key_that_is_rolled_twice_at_once_is_replaced_twice_and_ends_with_the_shorter_overlap(engine: Engine) {
    let server = Server::start(engine).await;
    for round in 0..ROUNDS {
        let key = create(&server).await;
        let hour = Span::hours(1);
        let (long, short) = tokio::join!(roll(&server, &key.id, OVERLAP), roll(&server, &key.id, hour));
        let (long, short) = (long.expect("rolled"), short.expect("rolled"));
        let keys = bootstrap::list_keys(&server.app.db, &server.account).await.expect("keys");
        let expires = keys.iter().find(|one| one.id == key.id).and_then(|one| one.expires).expect("an end");
        assert!(expires <= server.app.env.wall().plus(hour), "round {round}");
        for made in [&long.id, &short.id] {
            assert!(keys.iter().any(|one| one.id == *made && one.expires.is_none()), "round {round}");
        }
    }
}

async fn create(server: &Server) -> NewKey {
    let (db, env) = (&server.app.db, &server.app.env);
    let made = bootstrap::create_key(db, env, Environment::Sandbox, &server.account, Grant::secret(), None).await;
    made.expect("a key")
}

async fn roll(server: &Server, id: &KeyId, overlap: Span) -> Result<NewKey, vinr_server::ApiError> {
    bootstrap::roll_key(&server.app.db, &server.app.env, Environment::Sandbox, id, overlap).await
}

async fn is_active(server: &Server, id: &KeyId) -> bool {
    let keys = bootstrap::list_keys(&server.app.db, &server.account).await.expect("keys");
    let key = keys.iter().find(|key| key.id == *id).expect("the key");
    key.is_active(server.app.env.wall())
}
