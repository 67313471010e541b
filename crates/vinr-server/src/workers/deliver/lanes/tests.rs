use super::*;

fn account() -> AccountId {
    AccountId::from_bits(1)
}

fn endpoint(number: u128) -> WebhookEndpointId {
    WebhookEndpointId::from_bits(number)
}

fn parcel(to: u128, number: u128) -> Parcel {
    Parcel {
        account: account(),
        endpoint: endpoint(to),
        delivery: WebhookDeliveryId::from_bits(number),
        event: EventId::from_bits(number),
        body: Bytes::new(),
        lease: None,
        fresh: None,
        leased_at: Instant::now(),
    }
}

/// Starts all that can be started: how many attempts at each endpoint, and claims.
fn start(lanes: &mut Lanes) -> (BTreeMap<WebhookEndpointId, usize>, Vec<usize>) {
    let (mut sends, mut claims) = (BTreeMap::new(), Vec::new());
    while let Some(next) = lanes.next(Instant::now()) {
        match next {
            Next::Send(parcel) => *sends.entry(parcel.endpoint).or_default() += 1,
            Next::Claim { most, .. } => claims.push(most),
        }
    }
    (sends, claims)
}

/// Ends one of the attempts at an endpoint.
fn end_one(lanes: &mut Lanes, to: u128, probed: Option<bool>) {
    let lane = &lanes.of[&(account(), endpoint(to))];
    let delivery = lane.sending.keys().next().expect("something is being sent").clone();
    lanes.ended(&Parcel { delivery, ..parcel(to, 0) }, probed);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_gets_eight_at_a_time_and_delays_no_other() {
    let mut lanes = Lanes::default();
    for number in 0..20 {
        lanes.push(parcel(1, number));
    }
    lanes.push(parcel(2, 100));
    let (sends, claims) = start(&mut lanes);
    assert_eq!(sends, BTreeMap::from([(endpoint(1), LANE_SENDS_MAX), (endpoint(2), 1)]));
    assert!(claims.is_empty());
    end_one(&mut lanes, 1, None);
    assert_eq!(start(&mut lanes).0, BTreeMap::from([(endpoint(1), 1)]));
}

#[tokio::test(start_paused = true)]
async fn hundreds_of_hanging_endpoints_leave_room_for_others() {
    let mut lanes = Lanes::default();
    for to in 1..=300 {
        for number in 0..20 {
            lanes.push(parcel(to, u128::from(u64::MAX) + to * 100 + number));
        }
    }
    let sends = start(&mut lanes).0;
    assert_eq!(sends.len(), 300, "each has one at least");
    assert!(lanes.sending < CROWDED + 300 && sends.values().all(|many| *many <= LANE_SENDS_MAX));
    lanes.push(parcel(1_000, 1));
    assert_eq!(start(&mut lanes).0, BTreeMap::from([(endpoint(1_000), 1)]));

    // As soon as the crowd is gone, those that waited for it go on.
    while lanes.sending > CROWDED - 8 {
        let lane = lanes.of.iter().find(|(_, lane)| !lane.sending.is_empty()).expect("some are left");
        let (to, delivery) = (lane.0.1.clone(), lane.1.sending.keys().next().expect("one").clone());
        lanes.ended(&Parcel { delivery, endpoint: to, ..parcel(1, 0) }, None);
    }
    assert!(start(&mut lanes).0.values().sum::<usize>() >= 8);
}

#[tokio::test(start_paused = true)]
async fn endpoints_that_keep_failing_take_a_quarter_of_the_room() {
    let mut lanes = Lanes::default();
    for to in 1..=1_000 {
        lanes.push(parcel(to, to));
        lanes.of.get_mut(&(account(), endpoint(to))).expect("pushed").probed = true;
    }
    assert_eq!(start(&mut lanes).0.len(), PROBES_MAX);
    lanes.push(parcel(2_000, 2_000));
    assert_eq!(start(&mut lanes).0, BTreeMap::from([(endpoint(2_000), 1)]));
    let sent = lanes.of.iter().find(|(_, lane)| lane.probed && !lane.sending.is_empty()).expect("a probe");
    let (to, delivery) = (sent.0.1.clone(), sent.1.sending.keys().next().expect("one").clone());
    lanes.ended(&Parcel { delivery, endpoint: to, ..parcel(1, 0) }, Some(false));
    assert_eq!(start(&mut lanes).0.len(), 1, "the next one gets its turn");
}

#[tokio::test(start_paused = true)]
async fn lanes_take_turns() {
    let mut lanes = Lanes::default();
    for number in 0..3 {
        lanes.push(parcel(1, number));
        lanes.push(parcel(2, number + 10));
    }
    let mut order = Vec::new();
    while let Some(Next::Send(parcel)) = lanes.next(Instant::now()) {
        order.push(parcel.endpoint);
    }
    assert_eq!(order, [1, 2, 1, 2, 1, 2].map(endpoint));
}

#[tokio::test(start_paused = true)]
async fn a_failing_endpoint_is_tried_by_one_delivery_at_a_time() {
    let mut lanes = Lanes::default();
    lanes.push(parcel(1, 0));
    assert_eq!(start(&mut lanes).0.len(), 1);
    for number in 1..5 {
        lanes.push(parcel(1, number));
    }
    end_one(&mut lanes, 1, Some(true));
    assert_eq!(start(&mut lanes).0, BTreeMap::from([(endpoint(1), 1)]));
    assert!(start(&mut lanes).0.is_empty());
    end_one(&mut lanes, 1, Some(false));
    assert_eq!(start(&mut lanes).0, BTreeMap::from([(endpoint(1), 3)]));
}

#[tokio::test(start_paused = true)]
async fn rows_are_claimed_when_the_lane_has_sent_what_it_had() {
    let mut lanes = Lanes::default();
    for number in 0..10 {
        lanes.push(parcel(1, number));
    }
    lanes.has_rows(account(), endpoint(1));
    assert_eq!(start(&mut lanes), (BTreeMap::from([(endpoint(1), 8)]), vec![]));
    for _ in 0..3 {
        end_one(&mut lanes, 1, None);
    }
    assert_eq!(start(&mut lanes), (BTreeMap::from([(endpoint(1), 2)]), vec![1]), "two were waiting, one place is left");
    end_one(&mut lanes, 1, None);
    assert_eq!(start(&mut lanes), (BTreeMap::new(), vec![]), "one claim at a time");
    lanes.claimed(&account(), &endpoint(1), false, Claimed { parcels: vec![parcel(1, 50)], more: true });
    assert_eq!(start(&mut lanes), (BTreeMap::from([(endpoint(1), 1)]), vec![1]), "there were more");
}

#[tokio::test(start_paused = true)]
async fn what_waited_too_long_is_leased_again() {
    let mut lanes = Lanes::default();
    lanes.push(parcel(1, 0));
    tokio::time::advance(WAITING_LIMIT + Duration::from_millis(1)).await;
    lanes.push(parcel(1, 1));
    let expected = (BTreeMap::from([(endpoint(1), 1)]), vec![LANE_SENDS_MAX - 1]);
    assert_eq!(start(&mut lanes), expected, "the fresh one is sent, the dropped one leased again");
}

#[tokio::test(start_paused = true)]
async fn a_full_lane_drops_what_comes_and_leaves_room_for_others() {
    let mut lanes = Lanes::default();
    for number in 0..(LANE_WAITING_MAX as u128 + 10) {
        lanes.push(parcel(1, number));
    }
    assert_eq!(lanes.waiting, LANE_WAITING_MAX);
    lanes.push(parcel(2, 0));
    assert_eq!(lanes.waiting, LANE_WAITING_MAX + 1);
    assert_eq!(lanes.take_waiting(&account()).len(), LANE_WAITING_MAX + 1);
    let dropped = lanes.next(Instant::now());
    assert!(matches!(dropped, Some(Next::Claim { dropped: true, most: LANE_SENDS_MAX, .. })), "{dropped:?}");
    assert_eq!(start(&mut lanes), (BTreeMap::new(), vec![]));
}

#[tokio::test(start_paused = true)]
async fn what_is_in_memory_is_known() {
    let mut lanes = Lanes::default();
    for number in 0..10 {
        lanes.push(parcel(1, number));
    }
    start(&mut lanes);
    let all = (0..10).map(WebhookDeliveryId::from_bits).collect();
    assert_eq!(lanes.held(&account(), &endpoint(1)), all, "waiting or being sent");
    end_one(&mut lanes, 1, None);
    assert_eq!(lanes.held(&account(), &endpoint(1)).len(), 9);
    assert!(lanes.held(&account(), &endpoint(2)).is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_account_is_sending_until_its_attempts_have_ended() {
    let mut lanes = Lanes::default();
    lanes.push(parcel(1, 0));
    assert!(!lanes.is_sending(&account()));
    start(&mut lanes);
    assert!(lanes.is_sending(&account()));
    assert!(!lanes.is_sending(&AccountId::from_bits(2)));
    end_one(&mut lanes, 1, None);
    assert!(!lanes.is_sending(&account()));
}

fn report(parcel: &Parcel) -> Report {
    Report {
        delivery: parcel.delivery.clone(),
        endpoint: parcel.endpoint.clone(),
        event: parcel.event.clone(),
        fresh: None,
        lease: String::new(),
        outcome: None,
        was_failing: false,
    }
}

/// The endpoint accepts whatever is being sent to it; what goes there next.
fn accept_all(lanes: &mut Lanes, to: u128) -> usize {
    let sending: Vec<_> = lanes.of[&(account(), endpoint(to))].sending.keys().cloned().collect();
    let mut next = 0;
    for delivery in sending {
        let parcel = Parcel { delivery, ..parcel(to, 0) };
        assert!(lanes.records(&parcel));
        let following = lanes.accepted(&parcel, report(&parcel), Instant::now());
        next += usize::from(following.is_some());
    }
    next
}

#[tokio::test(start_paused = true)]
async fn what_an_endpoint_has_accepted_makes_room_before_it_is_recorded() {
    let mut lanes = Lanes::default();
    for number in 0..600 {
        lanes.push(parcel(1, number));
    }
    start(&mut lanes);
    assert_eq!(accept_all(&mut lanes, 1), LANE_SENDS_MAX, "whoever was served goes on");
    assert_eq!(lanes.held(&account(), &endpoint(1)).len(), 600, "nobody else may take what is being recorded");
    let first = lanes.next_record().expect("something is to be recorded");
    assert_eq!(first.reports.len(), LANE_SENDS_MAX);
    for _ in 0..100 {
        accept_all(&mut lanes, 1);
    }
    assert!(lanes.next_record().is_none(), "one unit at a time: the rest gathers for the next");
    assert!(lanes.is_sending(&account()));
    let lane = &lanes.of[&(account(), endpoint(1))];
    // As many as may wait for their record, and those that were being sent when it was reached.
    let bound = LANE_RECORDING_MAX..LANE_RECORDING_MAX + LANE_SENDS_MAX;
    assert!(lane.sending.is_empty() && bound.contains(&lane.recording.len()), "{}", lane.recording.len());
    lanes.recorded(&first);
    assert_eq!(start(&mut lanes).0, BTreeMap::from([(endpoint(1), LANE_SENDS_MAX)]));
    assert_eq!(lanes.next_record().expect("there are others").reports.len(), RECORDED_AT_ONCE);
}

#[tokio::test(start_paused = true)]
async fn what_is_in_no_lane_is_recorded_by_whoever_sent_it() {
    let mut lanes = Lanes::default();
    assert!(!lanes.records(&parcel(1, 1)));
    lanes.push(parcel(2, 2));
    assert!(!lanes.records(&parcel(2, 2)), "it waits");
}
