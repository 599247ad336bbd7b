// What `processes.rs` explores.

pub fn prints() {
    let (one, two) = (1, 2);
    print!("{one} ");
    println!("one");
    eprint!("{two} {}", "two");
    eprintln!();
    println!();
}
