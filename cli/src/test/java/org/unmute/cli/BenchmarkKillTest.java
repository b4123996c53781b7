package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/** A benchmark of 2 x 2 x 2 cells that is killed twice and then resumed ends like an uninterrupted one. */
@FullBuild("kills processes")
class BenchmarkKillTest {
    private static final int CELLS = 8;
    /** Lines in the journals of a cell: trials, and trainings of the best. */
    private static final int LINES = 4 + 2 * 2;

    @TempDir
    static Path folder;

    @Test
    void aRunThatWasKilledTwiceEndsAsAnUndisturbedOne() throws Exception {
        Path encoder = TinyEncoder.write(folder, 16);
        BenchmarkFixture.scenes(folder, "many", false, 40, 16);
        BenchmarkFixture.scenes(folder, "one", true, 60, 20);
        Path grid = BenchmarkFixture.grid(
                folder, "grid.toml", encoder, """
                epochs = 4
                batch = 16
                sobol = 2
                tpe = 2
                halving = { min-epochs = 1, eta = 2 }
                top = 2
                seeds = [0, 1]\
                """, "name = \"mhca\"", "name = \"protobin\"\nset.prototypes = 4");

        Path killed = folder.resolve("killed");
        int before = killAfter(CELLS * LINES / 5, grid, killed);
        assertThat(cells(killed)).as("cells finished when it was killed first").isLessThan(CELLS);
        // Kills at half of the work left after the first kill, which may have come later than intended.
        int then = killAfter((before + CELLS * LINES) / 2, grid, killed);
        assertThat(then).isGreaterThan(before);
        assertThat(cells(killed)).as("cells finished when it was killed again").isBetween(1, CELLS - 1);
        TreeMap<String, String> finished = new TreeMap<>();
        for (Path cell : files(killed, "cell.json")) {
            finished.put(killed.relativize(cell).toString().replace('\\', '/'), BenchmarkFixture.result(cell));
        }
        Files.writeString(killed.resolve("own/many/mhca/seed-0.json.1-2.tmp"), "half");
        TreeMap<String, String> expected = requireUndisturbed(grid, killed, "finished before");
        assertThat(expected.keySet().stream().filter(name -> name.endsWith("cell.json")))
                .hasSize(CELLS);
        assertThat(expected.keySet().stream().filter(name -> name.endsWith("probe.safetensors")))
                .hasSize(2 * CELLS);
        assertThat(expected).containsAllEntriesOf(finished);
        assertReportTells(killed);
    }

    /** Probes of clips, rows and boxes. */
    @Test
    void eventsEndAsThoseOfAnUndisturbedRun() throws Exception {
        DesedFixture.write(folder.resolve("desed"), 24, 6, 12, 12);
        DesedFixture.boxes(folder.resolve("desed"), folder.resolve("boxes.tsv"));
        Path grid = Files.writeString(
                folder.resolve("events.toml"),
                "[[encoders]]\nname = \"own\"\nembedded = true\n[[datasets]]\n"
                        + BenchmarkBoxesTest.DATASET
                        + BenchmarkFramesTest.PROTOCOL
                        + BenchmarkBoxesTest.WEAK
                        + BenchmarkBoxesTest.FRAMES
                        + BenchmarkBoxesTest.BOXES);
        Path killed = folder.resolve("events");
        int all = 3 * (3 + 2 * 2);
        int before = killAfter(all / 4, grid, killed);
        int then = killAfter((before + all) / 2, grid, killed);
        assertThat(then).isGreaterThan(before).isLessThan(all);
        TreeMap<String, String> expected = requireUndisturbed(grid, killed, "");
        assertThat(expected.keySet().stream().filter(name -> name.endsWith("events.json")))
                .hasSize(2 * 3);
        Ran.ok("fsck", killed);
    }

    /** Runs again what was killed, and requires the results of an undisturbed run, which it returns. */
    private static TreeMap<String, String> requireUndisturbed(Path grid, Path killed, String said) throws IOException {
        Ran resumed = Ran.ok("benchmark", grid, "--out", killed, "--workers", 2);
        assertThat(resumed.err()).contains(said).doesNotContain("recordings to embed");
        Path undisturbed = folder.resolve("undisturbed-" + killed.getFileName());
        Ran.ok("benchmark", "-q", grid, "--out", undisturbed, "--workers", 1);
        TreeMap<String, String> expected = BenchmarkFixture.results(undisturbed);
        TreeMap<String, String> actual = BenchmarkFixture.results(killed);
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (name, content) -> assertThat(actual.get(name)).as(name).isEqualTo(content));
        return expected;
    }

    /** Checks that the report's table has the same means as the benchmark's output. */
    private static void assertReportTells(Path run) throws IOException {
        Path report = folder.resolve("report");
        Ran.ok("report", "-q", run, "--out", report);
        List<String> table = Files.readAllLines(report.resolve("tables/results.csv"));
        assertThat(table).hasSize(1 + CELLS);
        try (Stream<Path> files = Files.walk(run)) {
            for (Path cell : files.filter(file -> file.endsWith("cell.json")).toList()) {
                JsonNode told = new ObjectMapper().readTree(cell.toFile());
                String place = told.path("dataset").asText() + ","
                        + told.path("encoder").asText() + ","
                        + told.path("probe").asText() + ",";
                String line = table.stream()
                        .filter(each -> each.startsWith(place))
                        .findFirst()
                        .orElseThrow();
                assertThat(Double.parseDouble(line.split(",")[4]))
                        .as(place)
                        .isCloseTo(told.path("testMean").asDouble(), within(1e-12));
            }
        }
    }

    /**
     * Runs the benchmark in a separate process and kills it once its journals have {@code lines} lines.
     *
     * @return the number of lines at that time
     */
    private static int killAfter(int lines, Path grid, Path run) throws Exception {
        List<?> arguments = List.of("benchmark", grid, "--out", run, "--workers", 2);
        assertThat(Java.killedWhen(folder, arguments, () -> lines(run) >= lines))
                .as("the process was killed before it was done")
                .isTrue();
        return lines(run);
    }

    private static int lines(Path run) throws IOException {
        int lines = 0;
        for (Path file : files(run, ".jsonl")) {
            lines += (int) Files.readString(file).chars().filter(c -> c == '\n').count();
        }
        return lines;
    }

    private static int cells(Path run) throws IOException {
        return files(run, "cell.json").size();
    }

    private static List<Path> files(Path run, String end) throws IOException {
        if (!Files.isDirectory(run)) {
            return List.of();
        }
        // Does not walk the tree, since files appear and vanish meanwhile.
        List<Path> all = new ArrayList<>();
        for (String encoder : List.of("own", "tiny")) {
            for (String dataset : List.of("many", "one", "desed")) {
                for (String probe : List.of("mhca", "protobin", "protobin-frames", "protobin-boxes")) {
                    Path cell = run.resolve(encoder).resolve(dataset).resolve(probe);
                    for (String name : List.of("trials.jsonl", "reruns.jsonl", "cell.json")) {
                        if (name.endsWith(end) && Files.exists(cell.resolve(name))) {
                            all.add(cell.resolve(name));
                        }
                    }
                }
            }
        }
        return all;
    }
}
