package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;

/** {@code benchmark --merge}: runs of parts of a grid are merged into a run of the whole grid. */
@FullBuild("trains two dozen probes")
class BenchmarkMergeEndToEndTest {
    private static final String SHORT = """
        epochs = 2
        batch = 16
        sobol = 2
        tpe = 0
        top = 1
        seeds = [0, 1]\
        """;

    @TempDir
    static Path folder;

    private static Path grid;
    private static Path whole;
    private static Path own;
    private static Path tiny;

    @BeforeAll
    static void runs() throws IOException {
        Path encoder = TinyEncoder.write(folder, 16);
        BenchmarkFixture.scenes(folder, "many", false, 30, 12);
        BenchmarkFixture.scenes(folder, "one", true, 30, 12);
        grid = BenchmarkFixture.grid(
                folder,
                "grid.toml",
                encoder,
                SHORT,
                "name = \"linear-mean\"",
                "name = \"protobin\"\nset.prototypes = 2");
        whole = run("whole", "*");
        own = run("own-alone", "own");
        tiny = run("tiny-alone", "tiny/many,tiny/one/linear-mean");
    }

    private static Path run(String name, String cells) {
        Path out = folder.resolve(name);
        Ran.ok("benchmark", "-q", grid, "--out", out, "--only", cells);
        return out;
    }

    private static Path report(Path run) {
        Path report = folder.resolve(run.getFileName() + "-report");
        Ran.ok("report", "-q", run, "--out", report);
        return report;
    }

    /** The table of a report without the measured speed of each cell. */
    private static String table(Path report) throws IOException {
        return Files.readString(report.resolve("tables/results.csv")).replaceAll("(?m)^((?:[^,]*,){11})[^,]*,", "$1");
    }

    @Test
    void theJointRunIsThatOfOneMachineAndCanGoOn() throws IOException {
        Path out = folder.resolve("joint");
        Ran merged = Ran.unmute("benchmark", "--merge", own, tiny, "--out", out).endsWith(ExitCode.FAILED);
        assertThat(merged.err()).contains("7 of 8 cells finished in 2 runs");
        assertThat(merged.out())
                .contains("Several a clip: mAP in %, mean ± sd over 2 seeds")
                .contains("1 cell is not finished, the first: tiny/one/protobin; merge runs that have them, or run"
                        + " 'unmute benchmark GRID --out " + out + "' to go on");
        assertThat(Ran.ok("fsck", out).out()).contains("7 of 8 cells finished", "unmute benchmark --merge ");

        Ran.ok("benchmark", "-q", grid, "--out", out, "--cache", whole.resolve("cache"));
        Ran again = Ran.ok("benchmark", "--json", "--merge", own, tiny, "--out", out);
        JsonNode document = again.json();
        assertThat(document.path("cells")).hasSize(8);
        assertThat(document.path("failed")).isEmpty();
        assertThat(document.path("unfinished")).isEmpty();
        TreeMap<String, String> results = BenchmarkFixture.results(out);
        TreeMap<String, String> expected = BenchmarkFixture.results(whole);
        assertThat(results.keySet()).isEqualTo(expected.keySet());
        expected.remove("tiny/one/protobin/cell.json"); // names the cache of the other run, with which it was trained
        expected.forEach(
                (name, content) -> assertThat(results.get(name)).as(name).isEqualTo(content));
        assertThat(table(report(out))).isEqualTo(table(report(whole)));
        assertThat(Ran.ok("fsck", out).out()).contains("8 of 8 cells finished");
    }

    @Test
    void theTableIsThatOfTheRun() {
        Path out = folder.resolve("copy");
        String table = Ran.ok("benchmark", "-q", "--merge", whole, "--out", out).out();
        assertThat(table)
                .isEqualTo(Ran.ok("benchmark", "-q", grid, "--out", whole).out());
    }

    @Test
    void aCellThatTwoRunsTrainedIsRefusedWithItsPlaces() throws IOException {
        Path other = run("other", "own/many/linear-mean");
        Path out = folder.resolve("refused");
        Ran refused =
                Ran.unmute("benchmark", "--merge", own, other, "--out", out).endsWith(ExitCode.INPUT);
        assertThat(refused.err()).contains("cell own/many/linear-mean was finished in ", "and their cell.json differ");
        assertThat(out.resolve("grid.json")).doesNotExist();
    }

    @Test
    void runsOfTwoGridsAreRefused() throws IOException {
        Path other = Files.writeString(
                folder.resolve("other.toml"), Files.readString(grid).replace("epochs = 2", "epochs = 3"));
        Path out = folder.resolve("longer");
        Ran.ok("benchmark", "-q", other, "--out", out, "--only", "own/many/linear-mean");
        Ran refused = Ran.unmute("benchmark", "--merge", own, out, "--out", folder.resolve("refused-grid"))
                .endsWith(ExitCode.INPUT);
        assertThat(refused.err()).contains("settings.epochs is '2' here and '3' there");
    }

    @Test
    void theCommandLineIsCheckedFirst() {
        Path out = folder.resolve("nothing");
        Ran.unmute("benchmark", "--out", out)
                .fails(ExitCode.USAGE, "one of both is needed: a grid to run, or --merge with folders of runs");
        Ran.unmute("benchmark", grid, "--out", out, "--merge", own).fails(ExitCode.USAGE, "one of both is needed");
        for (List<String> option : List.of(List.of("--dry-run"), List.of("--workers", "2"), List.of("--only", "own"))) {
            Object[] line = Ran.with(new Object[] {"benchmark", "--out", out, "--merge", own}, option.toArray());
            Ran.unmute(line)
                    .fails(ExitCode.USAGE, option.getFirst() + " says how cells are run, and --merge runs none");
        }
        assertThat(out).doesNotExist();
    }
}
