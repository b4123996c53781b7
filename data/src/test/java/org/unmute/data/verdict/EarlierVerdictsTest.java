package org.unmute.data.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.InputException;

class EarlierVerdictsTest {
    private static final String SHA = "a".repeat(64);
    private static final Draw CHOSEN = Draw.notRandom(Draw.Kind.CHOSEN, Double.NaN, "");
    private static final Draw STRETCH = new Draw(Draw.Kind.SAMPLE, Double.NaN, "unlisted 10.0 s", 0.5, "list");

    @TempDir
    Path folder;

    private final Map<Long, Verdict> given = new LinkedHashMap<>();

    private void say(Answer answer, double start, double end, Verdict.Box box, Draw draw) {
        long number = given.size() + 1L;
        ReviewedEvent event = new ReviewedEvent("a.wav", start, end, "wren", 100, Double.NaN, 0.5, Double.NaN);
        String other = answer == Answer.OTHER ? "robin" : "";
        given.put(number, new Verdict(event, answer, other, box, draw, Double.NaN, Instant.ofEpochSecond(number)));
    }

    private void say(Answer answer, double start, double end) {
        say(answer, start, end, null, CHOSEN);
    }

    private EarlierVerdicts all(String sha256) {
        return EarlierVerdicts.NONE.with(
                new VerdictLog(given, 0), sha256.isEmpty() ? Map.of() : Map.of("a.wav", sha256));
    }

    private EarlierVerdicts.OfRecording decided() {
        return all(SHA).of("b.wav", SHA);
    }

    @Test
    void recordingsAreTheSameByTheirBytesElseByTheirNames() {
        say(Answer.NO, 1, 2);
        assertThat(all(SHA).of("b.wav", SHA).isRejected("wren", 1, 2)).isTrue();
        assertThat(all(SHA).of("a.wav", "b".repeat(64)).isEmpty()).isTrue();
        assertThat(all("").of("a.wav", SHA).isRejected("wren", 1, 2)).isTrue();
        assertThat(all("").of("b.wav", SHA).isEmpty()).isTrue();
    }

    @Test
    void halfOfTheShorterIsTheSameSound() {
        say(Answer.NO, 10, 12);
        say(Answer.YES, 20, 21);
        EarlierVerdicts.OfRecording decided = decided();
        assertThat(decided.isRejected("wren", 11, 13)).isTrue();
        assertThat(decided.isRejected("wren", 11.1, 13.1)).isFalse();
        assertThat(decided.isRejected("robin", 10, 12)).isFalse();
        // The most common part decides; where it is equal, what was found.
        assertThat(decided.isRejected("wren", 10.5, 20.9)).isTrue();
        assertThat(decided.isConfirmed("wren", 11.5, 21)).isTrue();
        say(Answer.NO, 15, 25);
        assertThat(decided().isConfirmed("wren", 20.2, 20.8)).isTrue();
        assertThat(decided().isRejected("wren", 22, 24)).isTrue();
    }

    @Test
    void whatWasSaidLastAboutAStretchCounts() {
        say(Answer.YES, 1, 2);
        EarlierVerdicts first = all(SHA);
        given.clear();
        say(Answer.UNSURE, 5, 6);
        say(Answer.NO, 1, 2);
        EarlierVerdicts both = first.with(all(SHA));
        assertThat(both.of("a.wav", SHA).isRejected("wren", 1, 2)).isTrue();
        assertThat(both.confirmed()).isEmpty();
        assertThat(both.of("a.wav", SHA).isRejected("wren", 5, 6)).isFalse();
        assertThat(both.of("a.wav", SHA).isConfirmed("wren", 5, 6)).isFalse();
        assertThat(first.with(first)).isEqualTo(first);
    }

    @Test
    void anotherClassRejectsAndConfirms() {
        say(Answer.OTHER, 1, 2, new Verdict.Box(1.5, 3, 200, 300), CHOSEN);
        assertThat(decided().isRejected("wren", 1, 2)).isTrue();
        assertThat(decided().isConfirmed("robin", 1.5, 3)).isTrue();
        assertThat(all(SHA).of(Set.of("wren")).confirmed()).isEmpty();
        assertThat(all(SHA).confirmed()).singleElement().satisfies(d -> {
            assertThat(d.label()).isEqualTo("robin");
            assertThat(d.start()).isEqualTo(1.5);
        });
    }

    @Test
    void aRandomStretchWithTheClassIsNoEvent() {
        say(Answer.YES, 10, 20, null, STRETCH);
        assertThat(all(SHA).isEmpty()).isTrue();
        say(Answer.NO, 30, 40, null, STRETCH);
        assertThat(decided().isRejected("wren", 33, 34)).isTrue();
        say(Answer.YES, 50, 60, new Verdict.Box(52, 53, 100, 200), STRETCH);
        assertThat(all(SHA).confirmed())
                .singleElement()
                .satisfies(d -> assertThat(d.start()).isEqualTo(52));
    }

    @Test
    void oneSoundIsConfirmedOnce() {
        say(Answer.YES, 1, 2);
        say(Answer.YES, 1.1, 2.1);
        say(Answer.YES, 4, 5);
        assertThat(all(SHA).confirmed())
                .extracting(EarlierVerdicts.Decision::start)
                .containsExactly(1.1, 4.0);
    }

    @Test
    void filesKeepAllAndTellDamage() throws IOException {
        say(Answer.YES, 1, 2);
        say(Answer.NO, 0.1 + 0.2, 7);
        Path file = folder.resolve("earlier.jsonl");
        assertThat(EarlierVerdicts.read(file)).isEqualTo(EarlierVerdicts.NONE);
        EarlierVerdicts all = all(SHA).with(all(""));
        all.write(file);
        assertThat(EarlierVerdicts.read(file)).isEqualTo(all);
        assertThat(all.counts()).containsExactly(2, 2);
        Files.writeString(file, Files.readString(file).replaceFirst("true", "1"));
        assertThatThrownBy(() -> EarlierVerdicts.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("earlier.jsonl:", "run the detect command");
    }
}
