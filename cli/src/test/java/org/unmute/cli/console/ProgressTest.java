package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.experiments.provenance.Units;

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
    void aTerminalLineIsRewrittenAndWipedForRemarks() {
        try (Progress progress = start(true)) {
            nanos.addAndGet(2_000_000_000L);
            progress.advance(10);
            progress.remark("skipped a.wav: empty");
        }
        String shown = "embedding: 10/100 clips (10 %), 5.00 clips/s, 18 s left";
        assertThat(text.toString())
                .isEqualToNormalizingNewlines("\r" + shown + "\r" + " ".repeat(shown.length())
                        + "\rskipped a.wav: empty\nembedding: 10 of 100 clips in 2.0 s, 5.00 clips/s\n");
    }

    @Test
    void whatWasDoneBeforeDoesNotFlatterTheRate() {
        Progress progress = start(false);
        progress.pass(90);
        nanos.addAndGet(10_000_000_000L);
        progress.advance(5);
        assertThat(text.toString()).contains("95/100 clips (95 %), 0.500 clips/s, 10 s left");
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
}
