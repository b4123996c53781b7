package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.unmute.cli.command.Commands;
import org.unmute.cli.console.ExitCode;

/**
 * Runs every command repeatedly in one process, including invalid command lines, and prints the resources that the
 * process holds. It measures the whole process, so {@link SoakTest} starts it as a separate program.
 *
 * <p>Arguments: a folder; the number of rounds to measure, each of which runs every command once; the number of rounds
 * to run before; optionally names of commands to run.
 */
final class CommandSoak {
    private static final int SAMPLES = 10;

    /**
     * A call of a command.
     *
     * @param status expected exit status
     * @param line   makes the command line from the folder that it may write to, which is new in each round
     */
    private record Call(String command, int status, LineTo line) {}

    private interface LineTo {
        List<Object> apply(Path out) throws IOException;
    }

    private final Path folder;
    private final List<Call> calls = new ArrayList<>();

    private CommandSoak(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] args) throws IOException {
        Set<String> only = new TreeSet<>(List.of(args).subList(3, args.length));
        CommandSoak soak = new CommandSoak(Path.of(args[0]));
        soak.prepare();
        soak.requireEveryCommand();
        soak.calls.removeIf(call -> !only.isEmpty() && !only.contains(call.command()));
        List<String> growth = soak.run(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        growth.forEach(System.out::println);
        System.exit(growth.isEmpty() ? 0 : 1);
    }

    private List<String> run(int rounds, int before) throws IOException {
        System.out.printf(
                "%d rounds of %d calls, of %s, after %d rounds that are not measured%n",
                rounds,
                calls.size(),
                calls.stream().map(Call::command).distinct().collect(Collectors.joining(", ")),
                before);
        System.out.println(FootprintSeries.head());
        FootprintSeries series = new FootprintSeries();
        int each = Math.max(1, rounds / SAMPLES);
        for (int round = 1; round <= before + rounds; round++) {
            round();
            if (round >= before && (round - before) % each == 0) {
                System.out.println(series.add(Footprint.now((long) round * calls.size())));
            }
        }
        return series.growth();
    }

    private void round() throws IOException {
        Path out = Files.createDirectory(folder.resolve("round"));
        for (Call call : calls) {
            Ran.unmute(call.line().apply(out).toArray()).endsWith(call.status());
        }
        FolderContent.delete(out);
    }

    private void fails(int status, Object... line) {
        calls.add(new Call(line[0].toString(), status, _ -> List.of(line)));
    }

    private void requireEveryCommand() {
        Set<String> called =
                calls.stream().map(c -> c.command() + "command").collect(Collectors.toCollection(TreeSet::new));
        Set<String> all = Commands.ALL.stream()
                .map(c -> c.getSimpleName().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!called.equals(all)) {
            throw new IllegalStateException(
                    "commands that are called and commands that there are differ: " + called + " and " + all);
        }
    }

    private void prepare() throws IOException {
        WritingCommands commands = new WritingCommands(Files.createDirectory(folder.resolve("inputs")));
        commands.all()
                .forEach(c -> calls.add(new Call(c.name(), ExitCode.OK, out -> {
                    Path target = c.target(Files.createDirectory(out.resolve(c.name())));
                    return c.line().apply(target);
                })));
        reads("doctor");
        reads("encoders");
        reads("datasets");
        // Checks the output of the calls before it and of the preparation.
        calls.add(new Call("fsck", ExitCode.OK, out -> List.of("fsck", "-q", out)));
        reads("fsck", "-q", commands.trained);
        prepareMistakes(commands);
    }

    private void reads(Object... line) {
        calls.add(new Call(line[0].toString(), ExitCode.OK, _ -> List.of(line)));
    }

    private void prepareMistakes(WritingCommands commands) throws IOException {
        Path recordings = commands.recordings;
        Path text = Files.writeString(folder.resolve("text.safetensors"), "a text and no checkpoint");
        Path broken = Files.createDirectory(folder.resolve("broken"));
        Files.write(broken.resolve("cut.wav"), Arrays.copyOf(Files.readAllBytes(commands.clip), 30));
        Path nowhere = folder.resolve("nowhere");
        fails(ExitCode.USAGE, "embed", "--no-such-option");
        fails(ExitCode.INPUT, "embed", "--encoder", text, "--audio", recordings, "--out", nowhere);
        fails(ExitCode.INPUT, "tag", "--probe", commands.trained, "--encoder", commands.encoder, "--audio", broken);
        fails(ExitCode.INPUT, "eval", "--probe", nowhere, "--cache", commands.cache, "--labels", nowhere);
        fails(ExitCode.DEVICE, "doctor", "--device", "abacus");
        fails(ExitCode.INPUT, "convert", text, folder.resolve("nowhere.safetensors"));
    }
}
