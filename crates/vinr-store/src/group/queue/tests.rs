//! Who is in a batch, and who has to wait.

use futures_util::FutureExt;

use super::*;

type Answer = oneshot::Receiver<Result<Committed, CommitError>>;

fn unit(account: &str, label: &'static str, class: Class, weight_bytes: usize) -> Unit {
    Unit { weight_bytes, ..Unit::new(account, label, class) }
}

fn push(queue: &Queue, account: &str, label: &'static str, class: Class) -> Answer {
    queue.push(unit(account, label, class, 100)).expect("the queue has room")
}

fn take(queue: &Queue, units_max: usize) -> Vec<Pending> {
    match queue.next(units_max).now_or_never() {
        Some(Some(Work::Batch(batch))) => batch,
        other => panic!("no batch: {other:?}"),
    }
}

fn labels(batch: &[Pending]) -> Vec<&'static str> {
    batch.iter().map(|pending| pending.unit.label).collect()
}

#[test]
fn a_quarter_of_a_batch_is_kept_for_workers_while_they_wait() {
    let queue = Queue::default();
    let _answers: Vec<Answer> = (0..400)
        .map(|nth| match nth {
            0..200 => push(&queue, "a", "request", Class::Request),
            _ => push(&queue, "a", "worker", Class::Worker),
        })
        .collect();
    let of = |batch: &[Pending]| labels(batch).iter().filter(|label| **label == "worker").count();
    let first = take(&queue, usize::MAX);
    assert_eq!((first.len(), of(&first)), (128, 32));
    let second = take(&queue, usize::MAX);
    assert_eq!((second.len(), of(&second)), (128, 32));
    let third = take(&queue, usize::MAX);
    assert_eq!((third.len(), of(&third)), (128, 120), "the requests' rest leaves room");
}

#[test]
fn accounts_take_turns_and_each_keeps_its_order() {
    let queue = Queue::default();
    let mut answers = Vec::new();
    for label in ["a1", "a2", "a3", "a4"] {
        answers.push(push(&queue, "a", label, Class::Request));
    }
    answers.push(push(&queue, "b", "b1", Class::Request));
    answers.push(push(&queue, "c", "c1", Class::Request));
    answers.push(push(&queue, "c", "c2", Class::Request));
    assert_eq!(labels(&take(&queue, 4)), ["a1", "a2", "b1", "c1"], "in the order of arrival, but shared out");
    assert_eq!(labels(&take(&queue, 4)), ["a3", "a4", "c2"]);
}

#[test]
fn a_batch_has_few_bytes_unless_a_unit_alone_has_more() {
    let queue = Queue::default();
    let heavy = |label, bytes| queue.push(unit("a", label, Class::Request, bytes)).expect("the queue has room");
    let _answers = [heavy("3 MiB", 3 << 20), heavy("2 MiB", 2 << 20), heavy("9 MiB", 9 << 20), heavy("1 B", 1)];
    assert_eq!(labels(&take(&queue, 100)), ["3 MiB"]);
    assert_eq!(labels(&take(&queue, 100)), ["2 MiB"]);
    assert_eq!(labels(&take(&queue, 100)), ["9 MiB"]);
    assert_eq!(labels(&take(&queue, 100)), ["1 B"]);
}

#[test]
fn the_queue_refuses_beyond_its_limits_and_recovers() {
    let queue = Queue::default();
    let answers: Vec<Answer> = (0..QUEUE_UNITS_MAX).map(|_| push(&queue, "a", "unit", Class::Request)).collect();
    assert!(matches!(queue.push(unit("b", "late", Class::Worker, 1)), Err(CommitError::Overloaded)));
    assert_eq!(take(&queue, usize::MAX).len(), 128);
    let _late = push(&queue, "b", "late", Class::Worker);
    drop(answers);

    let queue = Queue::default();
    let _heavy = queue.push(unit("a", "heavy", Class::Request, QUEUE_BYTES_MAX)).expect("an empty queue has room");
    assert!(matches!(queue.push(unit("b", "late", Class::Request, 1)), Err(CommitError::Overloaded)));
    assert_eq!(take(&queue, 1).len(), 1);
    let _late = push(&queue, "b", "late", Class::Request);
}

#[test]
fn a_unit_whose_caller_has_gone_is_not_begun() {
    let queue = Queue::default();
    drop(push(&queue, "a", "gone", Class::Request));
    let _answer = push(&queue, "a", "there", Class::Request);
    assert_eq!(labels(&take(&queue, 100)), ["there"]);
    assert!(queue.next(100).now_or_never().is_none(), "nothing waits any more");
}

#[test]
fn whoever_waits_hears_of_the_end() {
    let queue = Queue::default();
    let answer = push(&queue, "a", "unit", Class::Request);
    queue.end();
    assert!(answer.now_or_never().is_some_and(|answer| answer.is_err()));
    assert!(queue.push(unit("a", "late", Class::Request, 1)).is_err());
    assert!(matches!(queue.next(1).now_or_never(), Some(None)));
}
