package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.cli.command.Commands;
import org.unmute.cli.console.ExitCode;
import org.unmute.experiments.scene.Sound;
import org.unmute.experiments.scene.Synthesizer;
import org.unmute.models.audio.Wav;

/**
 * Runs every command again and again in one process, also with mistakes, and prints what the process holds. A program
 * of its own, since it measures all of it: {@link SoakTest} starts it.
 *
 * <p>Arguments: a folder; how many rounds to measure, each of which runs every command once; how many rounds to run
 * before; names of commands, if not all are wanted.
 */
final class CommandSoak {
    private static final int SAMPLES = 10;
    private static final int RATE = 16_000;
    private static final String PROTOCOL = """
        epochs = 1
        batch = 8
        sobol = 1
        tpe = 0
        halving = { min-epochs = 1, eta = 2 }
        top = 1
        seeds = [0]\
        """;

    /**
     * One call.
     *
     * @param status how it must end
     * @param arguments from the folder that it may write to, which is a new one in each round
     */
    private record Call(String command, int status, Function<Path, List<Object>> arguments) {}

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
            List<Object> all = new ArrayList<>(List.of(call.command()));
            all.addAll(call.arguments().apply(out));
            Ran.unmute(all.toArray()).endsWith(call.status());
        }
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void add(String command, Function<Path, List<Object>> arguments) {
        calls.add(new Call(command, ExitCode.OK, arguments));
    }

    private void fails(int status, String command, Object... arguments) {
        calls.add(new Call(command, status, _ -> List.of(arguments)));
    }

    private void requireEveryCommand() {
        Set<String> called =
                calls.stream().map(c -> c.command() + "command").collect(Collectors.toCollection(TreeSet::new));
        Set<String> all = Commands.ALL.stream()
                .map(c -> c.getSimpleName().toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!called.equals(all)) {
            throw new IllegalStateException(
                    "commands that are called and commands that there are differ: " + called + " and " + all);
        }
    }

    private void prepare() throws IOException {
        Path encoder = TinyEncoder.write(folder, 16);
        Path recordings = TinyEncoder.recordings(folder, 6, 3);
        Path manifest = recordings.resolve("manifest.csv");
        Path wav = recordings.resolve("test/000000.wav");
        Path cache = folder.resolve("cache");
        Path run = folder.resolve("run");
        Path reference = folder.resolve("tokens.npy");
        Ran.unmute("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", cache)
                .endsWith(ExitCode.OK);
        Object[] probe = {"-q", "--probe", "protobin", "--cache", cache, "--labels", manifest, "--epochs", 2};
        Ran.unmute(Ran.with(Ran.with(new Object[] {"probe"}, probe), "--out", run))
                .endsWith(ExitCode.OK);
        Ran.unmute("features", "-q", "--encoder", encoder, "--audio", wav, "--out", reference)
                .endsWith(ExitCode.OK);

        add(
                "demo",
                out -> List.of(
                        "-q", "--out", out.resolve("demo"), "--train", 10, "--test", 10, "--seeds", 1, "--epochs", 1));
        add("doctor", _ -> List.of());
        add(
                "labels",
                out -> List.of(
                        recordings.resolve("train-events.tsv"),
                        "--audio",
                        recordings,
                        "--out",
                        out.resolve("clips.csv")));
        add("embed", out -> List.of("-q", "--encoder", encoder, "--audio", recordings, "--out", out.resolve("cache")));
        add("probe", out -> List.of(Ran.with(probe, "--out", out.resolve("run"))));
        add("eval", _ -> List.of("-q", "--run", run, "--cache", cache, "--labels", manifest, "--bootstrap", 20));
        add("explain", out -> List.of("-q", "--run", run, "--audio", wav, "--out", out.resolve("why")));
        add(
                "tag",
                out -> List.of(
                        "-q",
                        "--probe",
                        run,
                        "--encoder",
                        encoder,
                        "--audio",
                        recordings,
                        "--scores",
                        out.resolve("s.csv")));
        add(
                "detect",
                out -> List.of(
                        "-q",
                        "--probe",
                        run,
                        "--encoder",
                        encoder,
                        "--audio",
                        recordings,
                        "--out",
                        out.resolve("events")));
        add("pack", out -> List.of("-q", run, "--out", out.resolve("packed.safetensors")));
        add(
                "features",
                out -> List.of("-q", "--encoder", encoder, "--audio", recordings, "--out", out.resolve("features")));
        add("verify", _ -> List.of("-q", "--encoder", encoder, "--reference", reference, "--audio", wav));
        add("convert", out -> List.of("-q", encoder, out.resolve("converted.safetensors")));
        add("encoders", _ -> List.of());
        add("datasets", _ -> List.of());
        // What the calls before it wrote, and what the preparation did.
        add("fsck", out -> List.of("-q", out));
        add("fsck", _ -> List.of("-q", run));
        add(
                "pretrain",
                out -> List.of(
                        "-q",
                        "--synthetic",
                        "--steps",
                        1,
                        "--batch",
                        2,
                        "--clips",
                        2,
                        "--dim",
                        16,
                        "--depth",
                        1,
                        "--heads",
                        2,
                        "--out",
                        out.resolve("encoder.safetensors")));
        prepareBenchmark(encoder);
        prepareScenes();
        prepareMistakes(encoder, recordings, cache, run);
    }

    private void prepareBenchmark(Path encoder) throws IOException {
        BenchmarkFixture.scenes(folder, "many", false, 6, 3);
        BenchmarkFixture.scenes(folder, "one", true, 8, 4);
        Path grid = BenchmarkFixture.grid(folder, "grid.toml", encoder, PROTOCOL, "name = \"linear-mean\"");
        Path done = folder.resolve("benchmark");
        Ran.unmute("benchmark", "-q", grid, "--out", done, "--only", "tiny/one").endsWith(ExitCode.OK);
        add("benchmark", out -> List.of("-q", grid, "--out", out.resolve("benchmark"), "--only", "tiny/one"));
        add("report", out -> List.of("-q", done, "--out", out.resolve("report")));
    }

    private void prepareScenes() throws IOException {
        Path sounds = Files.createDirectory(folder.resolve("sounds"));
        StringBuilder table = new StringBuilder("file,fold,category\n");
        for (int fold = 1; fold <= 2; fold++) {
            for (Sound sound : List.of(Sound.BELL, Sound.DOG_BARK, Sound.RAIN, Sound.SIREN)) {
                String name = fold + "-" + sound.label() + ".wav";
                Wav.write(sounds.resolve(name), Synthesizer.event(sound, fold), RATE);
                table.append(name + "," + fold + "," + sound.label() + "\n");
            }
        }
        Path labels = Files.writeString(folder.resolve("sounds.csv"), table);
        add(
                "soundscape",
                out -> List.of(
                        "-q",
                        "--manifest",
                        labels,
                        "--audio",
                        sounds,
                        "--out",
                        out.resolve("scenes"),
                        "--train",
                        3,
                        "--test",
                        1,
                        "--seconds",
                        1,
                        "--train-folds",
                        1,
                        "--test-folds",
                        2));
    }

    private void prepareMistakes(Path encoder, Path recordings, Path cache, Path run) throws IOException {
        Path text = Files.writeString(folder.resolve("text.safetensors"), "a text and no checkpoint");
        Path broken = Files.createDirectory(folder.resolve("broken"));
        byte[] cut = Files.readAllBytes(recordings.resolve("test/000000.wav"));
        Files.write(broken.resolve("cut.wav"), java.util.Arrays.copyOf(cut, 30));
        Path nowhere = folder.resolve("nowhere");
        fails(ExitCode.USAGE, "embed", "--no-such-option");
        fails(ExitCode.INPUT, "embed", "--encoder", text, "--audio", recordings, "--out", nowhere);
        fails(ExitCode.INPUT, "tag", "--probe", run, "--encoder", encoder, "--audio", broken);
        fails(ExitCode.INPUT, "eval", "--run", nowhere, "--cache", cache, "--labels", nowhere);
        fails(ExitCode.DEVICE, "doctor", "--device", "abacus");
        fails(ExitCode.INPUT, "convert", text, folder.resolve("nowhere.safetensors"));
    }
}
