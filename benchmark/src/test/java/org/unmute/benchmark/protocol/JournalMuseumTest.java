package org.unmute.benchmark.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.benchmark.search.EpochValue;
import org.unmute.benchmark.search.FinishedTrial;
import org.unmute.benchmark.search.Range;
import org.unmute.benchmark.search.SearchSpace;
import org.unmute.benchmark.search.Stage;
import org.unmute.benchmark.search.Study;
import org.unmute.benchmark.search.StudySettings;
import org.unmute.data.json.JsonFields;
import org.unmute.data.json.JsonLines;

/**
 * Journals of every version keep their meaning. Writing them again reproduces the stored file of the current version
 * byte for byte; {@code museum/README.md} explains how files are added.
 */
class JournalMuseumTest {
    private static final SearchSpace SPACE =
            new SearchSpace(List.of(Range.logarithmic("lr", 1e-3, 1e-1), Range.logarithmic("wd", 1e-5, 1e-3)));
    private static final List<EpochRecord> EPOCHS =
            List.of(new EpochRecord(1, 0.7, 0.625, 0.01, 0.25), new EpochRecord(2, 1 / 3.0, 0.75, 0.005, 0.125));

    @TempDir
    Path folder;

    private static Path museum(int version, String name) {
        try {
            return Path.of(JournalMuseumTest.class.getResource("/museum").toURI())
                    .resolve("journals-" + version)
                    .resolve(name);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertKept(Path written, String name) throws IOException {
        Path made = Path.of("target", "museum", "journals-2").resolve(name);
        Files.createDirectories(made.getParent());
        Files.write(made, Files.readAllBytes(written));
        assertThat(museum(2, name))
                .as("the format changed: give it a new version and add %s to the museum", made)
                .exists()
                .hasSameBinaryContentAs(written);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void trials(int version) throws IOException {
        Path file = museum(version, "trials.jsonl");
        List<JsonFields> lines = JsonLines.read(file);
        List<FinishedTrial> trials =
                lines.stream().map(line -> TrialJournal.trial(line, SPACE)).toList();
        assertThat(trials).hasSize(3);
        FinishedTrial first = trials.getFirst();
        assertThat(first.number()).isZero();
        assertThat(first.stage()).isEqualTo(Stage.SOBOL);
        assertThat(first.epochs()).containsExactly(new EpochValue(1, 0.625), new EpochValue(2, 0.75));
        assertThat(first.value()).isEqualTo(0.75);
        assertThat(first.pruned()).isFalse();
        assertThat(trials.get(1).diverged()).isTrue();
        assertThat(trials.get(1).epochs()).isEmpty();
        assertThat(trials.getLast().value()).isEqualTo(0.75 + 2 / 3.0 * 0.1);
        for (FinishedTrial trial : trials) {
            assertThat(trial.values()).containsOnlyKeys("lr", "wd");
        }
        Path again = folder.resolve("trials.jsonl");
        Study study = new Study(SPACE, new StudySettings(3, 0, 3, Optional.empty(), true));
        try (TrialJournal journal = TrialJournal.resume(again, SPACE, study)) {
            for (int i = 0; i < 3; i++) {
                journal.add(trials.get(i), lines.get(i).number("seconds"));
            }
        }
        assertKept(again, "trials.jsonl");
    }

    /** A search that an earlier version began can be resumed. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void searchesGoOn(int version) throws IOException {
        Path file = Files.copy(museum(version, "trials.jsonl"), folder.resolve("trials.jsonl"));
        Study study = new Study(SPACE, new StudySettings(4, 0, 3, Optional.empty(), true));
        try (TrialJournal journal = TrialJournal.resume(file, SPACE, study)) {
            assertThat(study.finished()).hasSize(3);
            FinishedTrial next = new FinishedTrial(
                    3, Stage.SOBOL, Map.of("lr", 0.01, "wd", 1e-4), List.of(new EpochValue(1, 0.5)), 0.5, false);
            journal.add(next, 1);
        }
        assertThat(JsonLines.read(file)).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void reruns(int version) throws IOException {
        List<Rerun> reruns = JsonLines.read(museum(version, "reruns.jsonl")).stream()
                .map(Rerun::of)
                .toList();
        assertThat(reruns)
                .containsExactly(
                        new Rerun(0, 2, 0, 0, EPOCHS, 0.75, 0.375, 128),
                        new Rerun(0, 2, 0, 5, EPOCHS, Double.NaN, 0.5, Double.NaN));
        Path again = folder.resolve("reruns.jsonl");
        write(again, reruns);
        assertKept(again, "reruns.jsonl");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void epochs(int version) throws IOException {
        List<EpochRecord> epochs = JsonLines.read(museum(version, "trial-0.epochs.jsonl")).stream()
                .map(EpochRecord::of)
                .toList();
        assertThat(epochs).isEqualTo(EPOCHS);
        Path again = folder.resolve("epochs.jsonl");
        write(again, epochs);
        assertKept(again, "trial-0.epochs.jsonl");
    }

    private static void write(Path file, List<?> records) throws IOException {
        try (JsonLines lines = JsonLines.append(file, false)) {
            for (Object record : records) {
                lines.add(record);
            }
        }
    }
}
