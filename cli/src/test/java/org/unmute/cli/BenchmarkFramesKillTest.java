package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;

/** A benchmark with frames and boxes that is killed twice and resumed has the bytes of an undisturbed one. */
@FullBuild("kills processes")
class BenchmarkFramesKillTest {
    private static final List<String> PROBES = List.of("protobin", "protobin-frames", "protobin-boxes");
    /** Lines in the journals of a cell: trials, and trainings of the best. */
    private static final int LINES = 3 + 2 * 2;

    @TempDir
    static Path folder;

    @Test
    void aRunThatWasKilledTwiceEndsAsAnUndisturbedOne() throws Exception {
        DesedFixture.write(folder.resolve("desed"), 24, 6, 12, 12);
        DesedFixture.boxes(folder.resolve("desed"), folder.resolve("boxes.tsv"));
        Path grid = Files.writeString(
                folder.resolve("grid.toml"),
                "[[encoders]]\nname = \"own\"\nembedded = true\n[[datasets]]\n"
                        + BenchmarkBoxesTest.DATASET
                        + BenchmarkFramesTest.PROTOCOL
                        + BenchmarkBoxesTest.WEAK
                        + BenchmarkBoxesTest.FRAMES
                        + BenchmarkBoxesTest.BOXES);
        Path killed = folder.resolve("killed");
        int all = PROBES.size() * LINES;
        int before = killAfter(all / 4, grid, killed);
        int then = killAfter((before + all) / 2, grid, killed);
        assertThat(then).isGreaterThan(before).isLessThan(all);
        Ran resumed = Ran.unmute("benchmark", grid, "--out", killed).endsWith(ExitCode.OK);
        assertThat(resumed.err()).doesNotContain("recordings to embed");

        Path undisturbed = folder.resolve("undisturbed");
        Ran.unmute("benchmark", "-q", grid, "--out", undisturbed, "--workers", 1)
                .endsWith(ExitCode.OK);
        TreeMap<String, String> expected = BenchmarkFixture.results(undisturbed);
        assertThat(expected.keySet().stream().filter(name -> name.endsWith("events.json")))
                .hasSize(2 * PROBES.size());
        TreeMap<String, String> actual = BenchmarkFixture.results(killed);
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (name, content) -> assertThat(actual.get(name)).as(name).isEqualTo(content));
        Ran.unmute("fsck", killed).endsWith(ExitCode.OK);
    }

    /** Runs the benchmark in a process and kills it (SIGKILL) once its journals have so many lines. */
    private static int killAfter(int lines, Path grid, Path run) throws Exception {
        List<?> arguments = List.of("benchmark", grid, "--out", run);
        assertThat(Java.killedWhen(folder, arguments, () -> lines(run) >= lines))
                .as("the process was killed before it was done")
                .isTrue();
        return lines(run);
    }

    private static int lines(Path run) throws IOException {
        int lines = 0;
        for (String probe : PROBES) {
            for (String name : List.of("trials.jsonl", "reruns.jsonl")) {
                Path file = run.resolve("own/desed").resolve(probe).resolve(name);
                if (Files.exists(file)) {
                    lines += (int) Files.readString(file)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
                }
            }
        }
        return lines;
    }
}
