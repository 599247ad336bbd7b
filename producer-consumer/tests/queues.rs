//! The stand-in for `crossbeam` is checked against counts that can be worked out by hand.

mod crossbeam;

use common::every_order;
use common::every_order as std;
use crossbeam::channel::{RecvError, SendError, TryRecvError, TrySendError, bounded, unbounded};

use std::thread;

#[test]
fn what_is_queued_comes_first_and_then_the_end() {
    let orders = every_order(|| {
        let (put, get) = unbounded();
        put.send(1).unwrap();
        put.clone().send(2).unwrap(); // a second sender, dropped at once
        assert_eq!((put.len(), get.len(), put.is_full()), (2, 2, false));
        assert_eq!(get.try_recv(), Ok(1));
        drop(put);
        assert_eq!((get.recv(), get.recv()), (Ok(2), Err(RecvError)));
        assert_eq!(get.try_recv(), Err(TryRecvError::Disconnected));
        "ended"
    });
    assert_eq!((orders.count(), orders.ending_with("ended")), (1, 1), "{orders}");
}

#[test]
fn a_full_queue_and_an_empty_one_make_nobody_wait_who_only_tries() {
    let orders = every_order(|| {
        let (put, get) = bounded(1);
        assert_eq!(get.try_recv(), Err(TryRecvError::Empty));
        put.try_send(1).unwrap();
        assert!(put.is_full() && get.is_full());
        assert_eq!(put.try_send(2), Err(TrySendError::Full(2)));
        drop(get);
        assert_eq!(put.try_send(3), Err(TrySendError::Disconnected(3)));
        assert_eq!(put.send(4), Err(SendError(4)));
        "ended"
    });
    assert_eq!((orders.count(), orders.ending_with("ended")), (1, 1), "{orders}");
}

/// One thread sends `items`; the main thread receives them and keeps its receiver.
fn handed_over(items: i32, capacity: usize) -> String {
    let (put, get) = bounded(capacity);
    thread::scope(|scope| {
        scope.spawn(move || (1..=items).for_each(|item| put.send(item).unwrap()));
        format!("{:?}", get.iter().collect::<Vec<i32>>())
    })
}

#[test]
fn a_queue_with_room_for_all_has_as_many_orders_as_there_are_ways_to_fall_behind() {
    // Up to the end, each receive comes after its send. Sends, the drop and receives are like
    // brackets that open and close: with n items, the Catalan number of n + 1.
    for (items, count) in [(0, 1), (1, 2), (2, 5), (3, 14)] {
        let orders = every_order(|| handed_over(items, 3));
        let expected = format!("{:?}", (1..=items).collect::<Vec<i32>>());
        assert_eq!((orders.count(), orders.ending_with(expected)), (count, count), "{orders}");
    }
}

#[test]
fn with_room_for_one_a_second_send_waits_for_the_first_receive() {
    // Send 1, receive 1, send 2; then the drop before or after receive 2; then the end.
    let orders = every_order(|| handed_over(2, 1));
    assert_eq!((orders.count(), orders.ending_with("[1, 2]")), (2, 2), "{orders}");
}

#[test]
fn without_room_who_comes_first_waits_for_the_other() {
    // Either may come first to the one item (2). Then, whoever ends the wait: the drop of the sender
    // comes before or after the receiver asks again (2).
    let orders = every_order(|| handed_over(1, 0));
    assert_eq!((orders.count(), orders.ending_with("[1]")), (4, 4), "{orders}");
}

#[test]
fn without_room_an_item_can_be_tried_only_on_a_receiver_that_waits() {
    let orders = every_order(|| {
        let (put, get) = bounded(0);
        assert_eq!((put.len(), put.is_full()), (0, true));
        thread::scope(|scope| {
            let taken = scope.spawn(move || get.recv());
            let sent = put.try_send(1).is_ok();
            drop(put);
            format!("{sent} {:?}", taken.join().unwrap().ok())
        })
    });
    // The receiver asks before the try, after it, or after the drop; when it was served, its own end
    // is dropped before or after that of the sender.
    let endings = ["true Some(1)", "false None"].map(|ending| orders.ending_with(ending));
    assert_eq!((endings, orders.count()), ([2, 2], 4), "{orders}");
}

#[test]
fn without_room_who_has_waited_longest_is_served_first() {
    let orders = every_order(|| {
        let (put, get) = bounded(0);
        thread::scope(|scope| {
            let receivers = [get.clone(), get].map(|get| scope.spawn(move || get.recv().ok()));
            let sent = [put.try_send(1), put.try_send(2)].map(|sent| sent.is_ok());
            drop(put);
            format!("{sent:?} {:?}", receivers.map(|receiver| receiver.join().unwrap()))
        })
    });
    let both =
        |first, second| orders.ending_with(format!("[true, true] [Some({first}), Some({second})]"));
    assert!(both(1, 2) > 0 && both(1, 2) == both(2, 1), "{orders}");
    assert_eq!(orders.stuck(), 0);
}

#[test]
fn when_the_last_receiver_goes_a_waiting_sender_gets_its_own_item_back() {
    for capacity in [0, 1] {
        let orders = every_order(|| {
            let (put, get) = bounded(capacity);
            (0..capacity).for_each(|_| put.send(0).unwrap());
            thread::scope(|scope| {
                let senders = [1, 2].map(|item| {
                    let put = put.clone();
                    scope.spawn(move || put.send(item))
                });
                drop(get);
                senders.map(|sender| sender.join().unwrap())
            }) == [Err(SendError(1)), Err(SendError(2))]
        });
        assert_eq!(orders.ending_with(true), orders.count(), "{orders}");
    }
}

#[test]
fn a_sender_that_is_kept_is_stuck_in_every_order_and_the_order_says_who_waits() {
    let orders = every_order(|| {
        let (put, get) = unbounded();
        thread::scope(|scope| {
            let own = put.clone();
            scope.spawn(move || own.send(7).unwrap());
            get.iter().sum::<i32>()
        })
    });
    // The drop of the thread's own sender comes before or after the item is received.
    assert_eq!((orders.count(), orders.stuck()), (2, 2), "{orders}");
    let (_, _, order) = orders.endings().next().unwrap();
    assert_eq!(
        order.to_string(),
        "    thread 1 sends 7
    main receives 7
    thread 1 drops a sender, 1 left
    main waits for an item\n"
    );
}
