//! The page of a payment link. Looking at it changes nothing, so that programs that look ahead of people (previews in
//! messages, scanners of mail) make no payments: a payment is made by the button, which posts a form.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use vinr_core::ids::{AccountId, PaymentLinkId};
use vinr_core::payment_links::{Door, PaymentLink};
use vinr_core::payments::Payment;
use vinr_core::time::Timestamp;

use super::super::assets::unchanging;
use super::super::texts::Texts;
use super::super::{locale, see_other};
use super::views::{self, Order};
use super::{outcomes, shown};
use crate::app::{App, Task};
use crate::context::AccountContext;
use crate::error::{ApiError, Result};
use crate::flows::payment_links::visit;
use crate::http::peer::Peer;
use crate::http::rate::Spender;
use crate::http::shapes::Pages;
use crate::locale::Locale;
use crate::{payment_links, payments};

/// What an address of these pages holds: the account and the link's secret.
type Address = Path<(String, String)>;

/// The pages of payment links.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/l/{account}/{code}", get(show).post(go_on)).route("/l/{account}/{code}/qr.svg", get(qr_code))
}

/// What stands in the page's place when the link cannot be paid; nothing when it can.
pub(super) fn words(t: &'static Texts, door: Door) -> Option<(&'static str, &'static str)> {
    match door {
        Door::Open => None,
        Door::Busy => Some((t.link_busy_title, t.link_busy_text)),
        Door::Completed => Some((t.link_completed_title, t.link_completed_text)),
        Door::Inactive => Some((t.link_inactive_title, t.link_inactive_text)),
        Door::Expired => Some((t.link_expired_title, t.link_expired_text)),
    }
}

/// A link that was opened with the right secret.
struct Visited {
    app: App,
    link: PaymentLink,
    context: Arc<AccountContext>,
    path: String,
    locale: Locale,
    /// The account's time.
    now: Timestamp,
}

impl Visited {
    fn order(&self) -> Order<'_> {
        let amount = self.locale.money(self.link.amount);
        Order::of(&self.app, &self.context, self.locale, amount, self.link.description.as_deref())
    }

    /// The page as the link stands.
    async fn state(&self) -> Result<Response> {
        let order = self.order();
        if let Some(payment) = self.its_payment().await? {
            return Ok(see_other(&self.checkout(&payment)));
        }
        let back = self.link.return_url.clone();
        let settings = &self.app.settings;
        Ok(match words(order.t, self.link.door(self.now)) {
            Some(words) => outcomes::link_closed(&order, words, back),
            None if settings.connector.check(settings.environment, self.context.settings.kyb).is_err() => {
                outcomes::unavailable(&order, back)
            }
            None => views::link(&order, &self.path),
        })
    }

    /// The payment that a link for one use has made, unless that is over without money.
    async fn its_payment(&self) -> Result<Option<Payment>> {
        let Some(id) = &self.link.payment_id else { return Ok(None) };
        let payment = payments::store::get(&self.app.db, &self.context.account, id).await?;
        let is_closed = !self.link.is_active && payment.completed_at.is_none();
        Ok(Some(payment).filter(|payment| !is_closed && !payment.is_over_unpaid(self.now)))
    }

    fn checkout(&self, payment: &Payment) -> String {
        let pages = Pages { public_url: "", account: &self.context.account };
        pages.url("checkout", payment.id.as_str(), &payment.checkout_token)
    }
}

fn path((account, code): &(String, String)) -> String {
    format!("/l/{account}/{code}")
}

async fn find(app: &App, (account, code): &(String, String)) -> Result<(AccountId, PaymentLinkId)> {
    let unknown = || ApiError::missing("page", "with this address");
    let account = AccountId::parse(account).map_err(|_| unknown())?;
    let id = payment_links::store::id_of_code(&app.db, &account, code).await?.ok_or_else(unknown)?;
    Ok((account, id))
}

async fn open(app: &App, address: &(String, String), headers: &HeaderMap) -> Result<Visited> {
    let (account, id) = find(app, address).await?;
    let link = payment_links::store::get(&app.db, &account, &id).await?;
    let wall = app.env.wall();
    let context = app.contexts.recent(&app.db, &account, wall).await?;
    let now = context.clock.account_now(wall);
    Ok(Visited { app: app.clone(), link, context, path: path(address), locale: locale(headers), now })
}

async fn show(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let page = async { open(&app, &address, &headers).await?.state().await };
    shown(page.await, &path(&address), locale(&headers))
}

/// The buyer pressed the button: a payment is made, or the one that is there is gone on with. What the form holds does not
/// matter.
async fn go_on(
    State(app): State<App>,
    Path(address): Address,
    Peer(peer): Peer,
    headers: HeaderMap,
    _: Body,
) -> Response {
    let page = async {
        let visited = open(&app, &address, &headers).await?;
        for spender in [Spender::visitor(peer), Spender::Page(visited.path.clone())] {
            if let Some(wait) = app.rates.take(spender, app.env.wall()).and_then(|allowance| allowance.wait_s) {
                return Ok(outcomes::too_many(visited.locale, &visited.path, wait));
            }
        }
        let task = Task::request(&visited.context.account, "visit_payment_link");
        let id = Arc::new(visited.link.id.clone());
        match app.run(task, id, |unit, id| Box::pin(visit(unit, id))).await {
            Ok(payment) => Ok(see_other(&visited.checkout(&payment))),
            // It was closed meanwhile: its page says how.
            Err(error) if error.status() == 422 => Ok(see_other(&visited.path)),
            Err(error) => Err(error),
        }
    };
    shown(page.await, &path(&address), locale(&headers))
}

/// The link's address as a QR code: the same for ever.
async fn qr_code(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let image = async {
        let (account, _) = find(&app, &address).await?;
        let pages = Pages { public_url: &app.settings.public_url, account: &account };
        let image = payment_links::svg(&pages.link(&address.1)).map_err(ApiError::internal)?;
        Ok(unchanging("image/svg+xml", Body::from(image)))
    };
    shown(image.await, &path(&address), locale(&headers))
}
