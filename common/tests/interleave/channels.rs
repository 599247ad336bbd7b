//! The stand-ins for channels are checked against counts that can be worked out by hand.

use common::interleave as std;
use common::interleave::crossbeam::channel::{
    RecvError, SendError, TryRecvError, TrySendError, bounded, unbounded,
};
use common::interleave::explore;

use std::thread;

#[test]
fn what_is_queued_comes_first_and_then_the_end() {
    let found = explore(|| {
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
    assert_eq!((found.count(), found.ending_with("ended")), (1, 1), "{found}");
}

#[test]
fn a_thread_that_only_tries_waits_neither_for_room_nor_for_an_item() {
    let found = explore(|| {
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
    assert_eq!((found.count(), found.ending_with("ended")), (1, 1), "{found}");
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
fn a_queue_with_room_for_all_has_as_many_interleavings_as_there_are_ways_to_fall_behind() {
    // Up to the end, each receive comes after its send. Sends, the drop and receives are like
    // brackets that open and close: with n items, the Catalan number of n + 1.
    for (items, count) in [(0, 1), (1, 2), (2, 5), (3, 14)] {
        let found = explore(move || handed_over(items, 3));
        let expected = format!("{:?}", (1..=items).collect::<Vec<i32>>());
        assert_eq!((found.count(), found.ending_with(expected)), (count, count), "{found}");
    }
}

#[test]
fn with_room_for_one_a_second_send_waits_for_the_first_receive() {
    // Send 1, receive 1, send 2; then the drop before or after receive 2; then the end.
    let found = explore(move || handed_over(2, 1));
    assert_eq!((found.count(), found.ending_with("[1, 2]")), (2, 2), "{found}");
}

#[test]
fn without_room_the_first_to_come_waits_for_the_other() {
    // Either may come first to the one item (2). Then, whoever ends the wait: the drop of the sender
    // comes before or after the receiver asks again (2).
    let found = explore(move || handed_over(1, 0));
    assert_eq!((found.count(), found.ending_with("[1]")), (4, 4), "{found}");
}

#[test]
fn without_room_an_item_can_be_tried_only_on_a_receiver_that_waits() {
    let found = explore(|| {
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
    let endings = ["true Some(1)", "false None"].map(|ending| found.ending_with(ending));
    assert_eq!((endings, found.count()), ([2, 2], 4), "{found}");
}

#[test]
fn without_room_the_thread_that_has_waited_longest_is_served_first() {
    let found = explore(|| {
        let (put, get) = bounded(0);
        thread::scope(|scope| {
            let receivers = [get.clone(), get].map(|get| scope.spawn(move || get.recv().ok()));
            let sent = [put.try_send(1), put.try_send(2)].map(|sent| sent.is_ok());
            drop(put);
            format!("{sent:?} {:?}", receivers.map(|receiver| receiver.join().unwrap()))
        })
    });
    let both =
        |first, second| found.ending_with(format!("[true, true] [Some({first}), Some({second})]"));
    assert!(both(1, 2) > 0 && both(1, 2) == both(2, 1), "{found}");
    assert_eq!(found.deadlocks(), 0);
}

#[test]
fn when_the_last_receiver_goes_a_waiting_sender_gets_its_own_item_back() {
    for capacity in [0, 1] {
        let found = explore(move || {
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
        assert_eq!(found.ending_with(true), found.count(), "{found}");
    }
}

#[test]
fn a_sender_that_is_kept_is_a_deadlock_in_every_interleaving_and_the_table_says_who_waits() {
    let found = explore(|| {
        let (put, get) = unbounded();
        thread::scope(|scope| {
            let own = put.clone();
            scope.spawn(move || own.send(7).unwrap());
            get.iter().sum::<i32>()
        })
    });
    // The drop of the thread's own sender comes before or after the item is received.
    assert_eq!((found.count(), found.deadlocks()), (2, 2), "{found}");
    let (_, _, sample) = found.endings().next().unwrap();
    let table = "\
step  main                    thread 1
 1                            sends 7
 2    receives 7
 3                            drops a sender, 1 left
      waits for an item
";
    assert_eq!(sample.to_string(), table);
}

/// The same with the channel of std.
#[test]
fn mpsc_hands_over_as_crossbeam_does() {
    use std::sync::mpsc;

    for (items, count) in [(0, 1), (1, 2), (2, 5)] {
        let found = explore(move || {
            let (put, get) = mpsc::channel();
            thread::scope(|scope| {
                scope.spawn(move || (0..items).for_each(|item| put.send(item).unwrap()));
                get.iter().count()
            })
        });
        assert_eq!((found.count(), found.ending_with(items)), (count, count), "{found}");
    }
    let found = explore(|| {
        let (put, get) = mpsc::sync_channel(1);
        thread::scope(|scope| {
            scope.spawn(move || (1..=2).for_each(|item| put.send(item).unwrap()));
            format!("{:?}", get.into_iter().collect::<Vec<i32>>())
        })
    });
    assert_eq!((found.count(), found.ending_with("[1, 2]")), (2, 2), "{found}");
}

#[test]
fn the_time_of_a_receive_may_be_out_whenever_there_is_no_item() {
    use std::sync::mpsc::{self, RecvTimeoutError};

    let found = explore(|| {
        let (put, get) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || put.send(1).unwrap());
            match get.recv_timeout(::std::time::Duration::ZERO) {
                Ok(item) => format!("{item}"),
                Err(RecvTimeoutError::Timeout) => "timeout".into(),
                Err(RecvTimeoutError::Disconnected) => unreachable!("the item comes first"),
            }
        })
    });
    // Before the item is sent; or between that and the drop of the sender, or after both.
    assert_eq!((found.ending_with("timeout"), found.ending_with(1)), (1, 2), "{found}");
}

#[test]
fn a_loop_of_receives_that_time_out_comes_to_its_end() {
    use std::sync::mpsc;

    let found = explore(|| {
        let (put, get) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || put.send(1).unwrap());
            loop {
                if let Ok(item) = get.recv_timeout(::std::time::Duration::ZERO) {
                    break item;
                }
            }
        })
    });
    assert_eq!(found.ending_with(1), found.count(), "{found}");
}

#[test]
fn a_sender_can_be_cloned_whatever_is_sent() {
    use std::sync::mpsc;

    #[derive(Debug)]
    struct NoClone;

    let found = explore(|| {
        let (tell, told) = mpsc::channel();
        let (tell_soon, told_soon) = mpsc::sync_channel(1);
        thread::scope(|scope| {
            let (tell, tell_soon) = (tell.clone(), tell_soon.clone());
            scope.spawn(move || (tell.send(NoClone).unwrap(), tell_soon.send(NoClone).unwrap()));
        });
        drop((tell, tell_soon));
        told.iter().count() + told_soon.iter().count()
    });
    assert_eq!(found.ending_with(2), found.count(), "{found}");
}
