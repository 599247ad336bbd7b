//! Two downloads that take their time: one after the other, in two processes, in two threads.

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::{Parser, Subcommand};
use common::{Worker, as_worker, lesson, readable, say, show, timed, worker};

#[derive(Parser)]
struct Cli {
    /// Take 5 to 10 seconds for each file, not 0.1 to 0.2 seconds
    #[arg(long)]
    real_time: bool,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    #[command(hide = true)]
    Downloader { file: String, milliseconds: u64 },
}

fn download(file: &str, time: Duration) {
    say!("starts {file}");
    thread::sleep(time);
    say!("has {file} after {}", readable(time));
}

fn main() -> ExitCode {
    lesson(|| {
        let cli = Cli::parse();
        if let Some(Role::Downloader { file, milliseconds }) = cli.role {
            return as_worker(|| {
                download(&file, Duration::from_millis(milliseconds));
                Ok(())
            });
        }
        let unit = if cli.real_time { 50 } else { 1 };
        let files = [("guide.pdf", 100..=140), ("film.avi", 160..=200)] // a film is longer
            .map(|(file, time)| (file, Duration::from_millis(unit * rand::random_range(time))));

        let ((), time) = timed(|| files.iter().for_each(|&(file, time)| download(file, time)));
        show!("one after the other: {}", readable(time));

        let (outcome, time) = timed(|| {
            let start = |(file, time): (&str, Duration)| {
                Worker::start(worker("downloader").arg(file).arg(time.as_millis().to_string()))
            };
            let [first, second] = files.map(start);
            first?.join().and(second?.join())
        });
        outcome?;
        show!("in two processes: {}", readable(time));

        let ((), time) = timed(|| {
            thread::scope(|scope| {
                for (file, time) in files {
                    scope.spawn(move || download(file, time));
                }
            });
        });
        show!("in two threads: {}", readable(time));
        Ok(())
    })
}
