package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.command.Commands;
import org.unmute.cli.console.ExitCode;
import org.unmute.options.ProbeOption;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --probe} names a trained probe in every command: a file, or the folder of a run with one. */
class TrainedProbeNameTest {
    @TempDir
    static Path folder;

    private static Path cache;
    private static Path labels;
    private static Path clip;
    private static Path one;
    private static Path two;

    @BeforeAll
    static void prepare() throws IOException {
        Path recordings = TinyEncoder.recordings(folder, 8, 1);
        clip = recordings.resolve("test/000000.wav");
        labels = recordings.resolve("manifest.csv");
        cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--audio", recordings, "--out", cache);
        one = train("one", "7");
        two = train("two", "3,10");
    }

    private static Path train(String name, String seeds) {
        Path out = folder.resolve(name);
        Ran.ok(
                "probe -q --probe protobin --cache {} --labels {} --epochs 1 --seeds {} --out {}",
                cache,
                labels,
                seeds,
                out);
        return out;
    }

    /** The arguments of each command beside the probe; what they write is new each time. */
    private static Map<String, Object[]> commands() throws IOException {
        Path out = Files.createTempDirectory(folder, "out");
        Map<String, Object[]> commands = new LinkedHashMap<>();
        commands.put("tag", new Object[] {"--audio", clip});
        commands.put("detect", new Object[] {"--audio", clip, "--out", out.resolve("events")});
        commands.put("explain", new Object[] {"--audio", clip});
        commands.put("pack", new Object[] {"--out", out.resolve("packed.safetensors")});
        commands.put("export", new Object[] {"--from", "tokens", "--out", out.resolve("probe.onnx")});
        return commands;
    }

    private static Ran run(String command, Object[] arguments, String option, Object probe) {
        return Ran.unmute(Ran.with(new Object[] {command, "-q", "--json", option, probe}, arguments));
    }

    private static Ran eval(String option, Path probe) {
        return Ran.unmute(
                "eval", "-q", "--json", option, probe, "--cache", cache, "--labels", labels, "--bootstrap", 0);
    }

    @Test
    void aFileOrTheFolderOfARunWithOneProbe() throws IOException {
        Path cell = Files.createDirectories(folder.resolve("cell/seed-7"));
        Files.copy(one.resolve("probe-seed7.safetensors"), cell.resolve("probe.safetensors"));
        Files.copy(one.resolve("run.json"), cell.resolve("run.json"));
        for (Path probe : List.of(one, one.resolve("probe-seed7.safetensors"), cell, cell.getParent())) {
            for (Map.Entry<String, Object[]> command : commands().entrySet()) {
                run(command.getKey(), command.getValue(), "--probe", probe).endsWith(ExitCode.OK);
            }
        }
    }

    @Test
    void severalSeedsAreNamed() throws IOException {
        String named = two + " holds 2 probes, of several seeds: name one of them: "
                + two.resolve("probe-seed10.safetensors") + ", " + two.resolve("probe-seed3.safetensors");
        for (Map.Entry<String, Object[]> command : commands().entrySet()) {
            assertThat(run(command.getKey(), command.getValue(), "--probe", two)
                            .endsWith(ExitCode.USAGE)
                            .out())
                    .as(command.getKey())
                    .contains(named);
        }
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        Path nowhere = folder.resolve("nowhere");
        for (Map.Entry<String, Object[]> command : commands().entrySet()) {
            assertThat(run(command.getKey(), command.getValue(), "--probe", nowhere)
                            .endsWith(ExitCode.INPUT)
                            .out())
                    .as(command.getKey())
                    .contains(
                            "no such probe: " + nowhere + ": name a folder that 'unmute probe' wrote, or a file in it");
        }
        assertThat(eval("--probe", nowhere).endsWith(ExitCode.INPUT).out()).contains("no such probe: " + nowhere);
    }

    @Test
    void evalScoresAllSeedsOfARunAndOneFileByItself() throws IOException {
        assertThat(eval("--probe", two).endsWith(ExitCode.OK).json().get("runs").asInt())
                .isEqualTo(2);
        assertThat(two.resolve("eval.json")).exists();
        Path file = one.resolve("probe-seed7.safetensors");
        Path packed = folder.resolve("packed.safetensors");
        Ran.ok("pack", "-q", "--probe", file, "--out", packed);
        for (Path probe : List.of(file, packed)) {
            assertThat(eval("--probe", probe)
                            .endsWith(ExitCode.OK)
                            .json()
                            .get("runs")
                            .asInt())
                    .isEqualTo(1);
        }
        assertThat(one.resolve("eval.json")).doesNotExist(); // results of one file go nowhere without --out
    }

    @Test
    void spellingsOfBeforeStillWork() throws IOException {
        assertThat(eval("--run", two).endsWith(ExitCode.OK).json().get("runs").asInt())
                .isEqualTo(2);
        Ran first = Ran.ok("explain", "-q", "--json", "--run", two, "--audio", clip);
        Ran third =
                Ran.ok("explain", "-q", "--json", "--probe", two.resolve("probe-seed3.safetensors"), "--audio", clip);
        assertThat(first.json()).isEqualTo(third.json());
        Ran.ok("explain", "-q", "--probe", two, "--run-seed", 10, "--audio", clip);
        Ran.ok("pack", "-q", one, "--out", folder.resolve("earlier.safetensors"));
        Ran.unmute("pack", "-q", one, "--probe", one, "--out", folder.resolve("both.safetensors"))
                .fails(ExitCode.USAGE, "both name a probe: leave out one");
        Ran.unmute("pack", "-q", "--out", folder.resolve("none.safetensors"))
                .fails(ExitCode.USAGE, "Missing required option: '--probe=PATH'");
    }

    @Test
    void everyCommandSaysTheSame() {
        List<String> takers = new ArrayList<>();
        for (Class<?> command : Commands.ALL) {
            CommandLine line = new CommandLine(command);
            OptionSpec option = line.getCommandSpec().findOption("--probe");
            for (String earlier : List.of("--run", "--run-seed", "--clip-run")) {
                assertThat(line.getUsageMessage()).doesNotContainPattern(earlier + "\\b(?!-)");
            }
            if (option != null && !line.getCommandName().equals("probe")) {
                assertThat(option.paramLabel()).isEqualTo("PATH");
                assertThat(option.description()[0]).startsWith(ProbeOption.DESCRIPTION);
                takers.add(line.getCommandName());
            }
        }
        assertThat(takers).containsExactly("eval", "explain", "report", "tag", "detect", "pack", "export");
    }
}
