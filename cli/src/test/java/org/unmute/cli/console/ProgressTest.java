package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.data.provenance.Units;

class ProgressTest {
    private final StringWriter text = new StringWriter();
    private final AtomicLong nanos = new AtomicLong(7);

    private Progress start(boolean terminal) {
        return new Progress(new PrintWriter(text), "embedding", "clips", 100, terminal, nanos::get);
    }

    @Test
    void aLogGetsALineEveryFiveSeconds() {
        try (Progress progress = start(false)) {
            for (int i = 0; i < 100; i++) {
                nanos.addAndGet(200_000_000L);
                progress.advance(1);
                if (i % 25 == 24) {
                    progress.tick();
                    progress.tick(); // nothing has changed
                }
            }
        }
        assertThat(text.toString().lines())
                .containsExactly(
                        "embedding: 25/100 clips (25 %), 5.00 clips/s, 15 s left",
                        "embedding: 50/100 clips (50 %), 5.00 clips/s, 10 s left",
                        "embedding: 75/100 clips (75 %), 5.00 clips/s, 5.0 s left",
                        "embedding: 100/100 clips (100 %), 5.00 clips/s",
                        "embedding: 100 clips in 20 s, 5.00 clips/s");
    }

    @Test
    void oneIsNotCountedInThePlural() {
        try (Progress progress = new Progress(new PrintWriter(text), "tagging", "clips", 1, false, nanos::get)) {
            nanos.addAndGet(2_000_000_000L);
            progress.advance(1);
        }
        assertThat(text.toString()).isEqualToNormalizingNewlines("tagging: 1 clip in 2.0 s, 0.500 clips/s\n");
    }

    @Test
    void aTerminalLineIsRewrittenAndWipedForRemarks() {
        try (Progress progress = start(true)) {
            for (int i = 0; i < 2; i++) {
                nanos.addAndGet(1_000_000_000L);
                progress.advance(5);
            }
            progress.tick();
            progress.remark("skipped a.wav: empty");
        }
        String shown = "embedding: 10/100 clips (10 %), 5.00 clips/s, 18 s left";
        assertThat(text.toString())
                .isEqualToNormalizingNewlines("\r" + shown + "\r" + " ".repeat(shown.length())
                        + "\rskipped a.wav: empty\nembedding: 10 of 100 clips in 2.0 s, 5.00 clips/s\n");
    }

    /** Skipping 90 clips takes 50 s, which says nothing about the time for a clip. */
    @Test
    void whatWasDoneBeforeDoesNotEnterTheRate() {
        Progress progress = start(false);
        for (int i = 0; i < 90; i++) {
            seconds(50 / 90.0);
            progress.pass(1);
        }
        for (int i = 0; i < 5; i++) {
            seconds(2);
            progress.advance(1);
        }
        progress.tick();
        assertThat(text.toString()).contains("95/100 clips (95 %), 0.500 clips/s, 10 s left");
    }

    /** Many short recordings and one of nine times their total length: seconds of audio determine the progress. */
    @Test
    void timeIsCountedInSecondsOfAudio() {
        Progress progress = start(false);
        progress.expect(1000);
        for (int i = 0; i < 99; i++) {
            seconds(10 / 99.0);
            progress.advance(1, 100 / 99.0);
        }
        progress.tick();
        seconds(45);
        progress.advance(0, 450);
        progress.tick();
        assertThat(text.toString().lines())
                .containsExactly(
                        "embedding: 99/100 clips (10 %), 9.90 clips/s, 1 min 30 s left",
                        "embedding: 99/100 clips (55 %), 1.80 clips/s, 45 s left");
    }

    @Test
    void resumedAndLeftOutRecordingsTakeNoTime() {
        Progress progress = start(false);
        progress.expect(1000);
        progress.pass(40, 400);
        for (int i = 0; i < 10; i++) {
            seconds(1);
            progress.advance(1, 10);
        }
        progress.skip(20, 200);
        progress.tick();
        assertThat(text.toString().lines()).containsExactly("embedding: 70/100 clips (70 %), 1.00 clips/s, 30 s left");
    }

    @Test
    void anInterruptedRunSaysHowToGoOnAndNothingAfterwards() {
        Progress progress = start(false);
        progress.resumable(null);
        seconds(10);
        progress.advance(25);
        progress.end("interrupted");
        progress.advance(1);
        progress.tick();
        progress.close();
        assertThat(text.toString().lines())
                .containsExactly(
                        "embedding: 25 of 100 clips in 10 s, 2.50 clips/s",
                        "interrupted: run the same command again, it resumes after 25 of 100 clips");
    }

    @Test
    void aFailedRunSaysHowToGoOn() {
        try (Progress progress = start(false)) {
            progress.resumable(() -> "it goes on after epoch 3");
            progress.advance(25);
        }
        assertThat(text.toString()).endsWith("not finished: run the same command again, it goes on after epoch 3\n");
    }

    @Test
    void aFinishedRunHasNothingToGoOnWith() {
        try (Progress progress = start(false)) {
            progress.resumable(null);
            progress.advance(100);
        }
        assertThat(text.toString()).doesNotContain("again");
    }

    private void seconds(double seconds) {
        nanos.addAndGet(Math.round(seconds * 1e9));
    }

    @Test
    void quietIsQuiet() {
        try (Progress progress = Progress.start(new PrintWriter(text), "embedding", "clips", 0, true)) {
            progress.advance(1);
            progress.remark("x");
        }
        assertThat(text.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.04, 0.0 s", "9.94, 9.9 s", "9.96, 10 s", "59.4, 59 s", "185, 3 min 05 s", "7620, 2 h 07 min"})
    void durationsAsPeopleSayThem(double seconds, String said) {
        assertThat(Units.duration(seconds)).isEqualTo(said);
    }

    /** The work may end before the thread that shows progress has started. */
    @Test
    void theThreadThatShowsItEndsWithTheWork() throws InterruptedException {
        for (int i = 0; i < 300; i++) {
            Progress.start(new PrintWriter(text), "a moment", "clips", 0, false).close();
        }
        for (int waited = 0; waited < 2000 && isShown(); waited += 20) {
            Thread.sleep(20);
        }
        assertThat(isShown()).as("a thread waits for its next line").isFalse();
    }

    private static boolean isShown() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.getName().equals("progress"));
    }
}
