package org.unmute.benchmark.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.fixture.RunFixture;
import org.unmute.benchmark.fixture.RunFixture.Skill;
import org.unmute.benchmark.results.ClipIntervals.Standing;
import org.unmute.files.InputException;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;

/** Intervals from the stored scores of cells, and which probe is the best because of them. */
class ClipIntervalsTest {
    private static final int CLIPS = 400;

    @TempDir
    private Path folder;

    private RunFixture run;

    @BeforeEach
    void write() throws IOException {
        run = new RunFixture(
                folder.resolve("run"),
                List.of(RunFixture.EAT),
                List.of(RunFixture.URBAN, RunFixture.ESC),
                List.of("linear", "mhca", "protobin"));
    }

    private void cell(String probe, double share, long errors) throws IOException {
        run.scored(RunFixture.EAT, RunFixture.URBAN, probe, new Skill(share, errors), CLIPS, 1);
    }

    private ClipIntervals intervals() throws IOException {
        return ClipIntervals.of(RunComparison.read(List.of(run.folder())), Bootstrap.withSeed(0));
    }

    private List<Standing> standings() throws IOException {
        ComparedRuns results = RunComparison.read(List.of(run.folder()));
        return intervals()
                .standings(results.columns().stream()
                        .map(c -> results.find(RunFixture.EAT, RunFixture.URBAN, c)
                                .map(Entry::cell)
                                .orElse(null))
                        .toList());
    }

    private FinishedCell only() throws IOException {
        return RunComparison.read(List.of(run.folder())).entries().getFirst().cell();
    }

    /** Of single labels the standard error is known: each clip is right or wrong, for both seeds together. */
    @Test
    void theIntervalIsThatOfTheMeanOverTheClips() throws IOException {
        Path cell = run.scored(RunFixture.EAT, RunFixture.ESC, "mhca", new Skill(0.6, 3), CLIPS, 1);
        double mean = only().test().mean();
        double[] right = right(cell);
        assertThat(Arrays.stream(right).average().orElseThrow()).isCloseTo(mean, within(1e-9));
        double variance = Arrays.stream(right).map(r -> (r - mean) * (r - mean)).sum() / CLIPS;
        Interval interval = intervals().interval(only()).orElseThrow();
        double half = 1.96 * Math.sqrt(variance / CLIPS);
        assertThat(interval.low()).isCloseTo(mean - half, within(0.2 * half));
        assertThat(interval.high()).isCloseTo(mean + half, within(0.2 * half));
    }

    /** The share of seeds that are right about each clip. */
    private static double[] right(Path cell) throws IOException {
        double[] right = new double[CLIPS];
        for (String seed : List.of("seed-0", "seed-1")) {
            List<String> lines = Files.readAllLines(cell.resolve(seed).resolve("scores.csv"));
            for (int i = 0; i < CLIPS; i++) {
                String[] cells = lines.get(i + 1).split(",");
                int best = 1;
                for (int c = 2; c < cells.length; c++) {
                    best = Float.parseFloat(cells[c]) > Float.parseFloat(cells[best]) ? c : best;
                }
                right[i] += best - 1 == i % 10 ? 0.5 : 0;
            }
        }
        return right;
    }

    @Test
    void whatIsBetterThanAllOthersIsTheBest() throws IOException {
        cell("linear", 0.3, 1);
        cell("mhca", 0.4, 2);
        cell("protobin", 0.8, 3);
        assertThat(standings()).containsExactly(Standing.LOWER, Standing.LOWER, Standing.BEST);
    }

    /** The highest mean is somewhere; with errors on other clips, nothing says that it is more than luck. */
    @Test
    void whatCannotBeToldFromTheBestStandsBesideIt() throws IOException {
        cell("linear", 0.3, 1);
        cell("mhca", 0.61, 2);
        cell("protobin", 0.60, 3);
        assertThat(standings()).containsExactly(Standing.LOWER, Standing.AMONG_BEST, Standing.AMONG_BEST);
    }

    /** Both err on the same clips, one on a few more: the intervals overlap, that of the difference does not hold 0. */
    @Test
    void differencesArePaired() throws IOException {
        cell("mhca", 0.60, 2);
        cell("protobin", 0.66, 2);
        List<FinishedCell> cells = RunComparison.read(List.of(run.folder())).entries().stream()
                .map(Entry::cell)
                .toList();
        ClipIntervals intervals = intervals();
        assertThat(intervals.interval(cells.get(1)).orElseThrow().low())
                .isLessThan(intervals.interval(cells.get(0)).orElseThrow().high());
        assertThat(intervals.standings(cells)).containsExactly(Standing.LOWER, Standing.BEST);
    }

    @Test
    void aCellWithoutStoredScoresLeavesItsRowUntested() throws IOException {
        cell("linear", 0.3, 1);
        cell("mhca", 0.9, 2);
        run.cell(RunFixture.EAT, RunFixture.URBAN, "protobin", Map.of(), 0.5, 0.6);
        ComparedRuns results = RunComparison.read(List.of(run.folder()));
        ClipIntervals intervals = intervals();
        assertThat(standings()).containsOnly(Standing.UNTESTED);
        FinishedCell bare = results.entries().getLast().cell();
        assertThat(intervals.interval(bare)).isEmpty();
        assertThat(intervals.lacking(bare)).contains("no seed-0/scores.csv");
        assertThat(intervals.interval(results.entries().getFirst().cell())).isPresent();
        Files.delete(run.folder().resolve("eat/urban/clips.csv"));
        assertThat(intervals().lacking(results.entries().getFirst().cell())).contains("no clips.csv");
    }

    @Test
    void oneProbeAloneIsNotTheBest() throws IOException {
        cell("mhca", 0.6, 2);
        assertThat(standings()).containsExactly(Standing.UNTESTED);
    }

    @Test
    void clipsOfFoldsAreDrawnWithinTheirFold() throws IOException {
        run.scored(RunFixture.EAT, RunFixture.URBAN, "mhca", new Skill(0.6, 2), CLIPS, 4);
        Interval interval = intervals().interval(only()).orElseThrow();
        double mean = only().test().mean();
        assertThat(interval.low()).isLessThan(mean - 0.01);
        assertThat(interval.high()).isBetween(mean + 0.01, mean + 0.1);
    }

    @Test
    void scoresThatContradictTheCellAreDamage() throws IOException {
        Path cell = run.scored(RunFixture.EAT, RunFixture.URBAN, "mhca", new Skill(0.6, 2), CLIPS, 1);
        Path scores = cell.resolve("seed-1/scores.csv");
        String text = Files.readString(scores);
        List<String> lines = text.lines().toList();

        String second = lines.get(2);
        Files.writeString(scores, text.replace(second, second.substring(0, second.lastIndexOf(',')) + ",1.5"));
        assertFails(InputException.class, this::intervals, "scores.csv:3: a score is '1.5'");

        Files.writeString(scores, text.substring(0, text.length() / 2).lines().reduce("", (a, b) -> a + b + "\n"));
        assertFails(Exception.class, this::intervals, "scores.csv");

        Files.writeString(scores, String.join("\n", lines.subList(0, CLIPS)) + "\n");
        assertFails(InputException.class, this::intervals, "other clips or classes");

        // The same clips, each with the scores of the next.
        StringBuilder turned = new StringBuilder(lines.getFirst() + "\n");
        for (int i = 1; i <= CLIPS; i++) {
            String scored = lines.get(i % CLIPS + 1);
            turned.append(lines.get(i).split(",")[0] + scored.substring(scored.indexOf(',')) + "\n");
        }
        Files.writeString(scores, turned);
        assertFails(InputException.class, this::intervals, "contradicts seed-1/scores.csv: mAP is");

        Files.writeString(scores, text);
        Path clips = cell.getParent().resolve("clips.csv");
        List<String> used = Files.readAllLines(clips);
        Files.write(clips, used.subList(0, CLIPS));
        assertFails(InputException.class, this::intervals, "clips");
    }
}
