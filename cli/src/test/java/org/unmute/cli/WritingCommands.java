package org.unmute.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.scene.Sound;
import org.unmute.data.scene.Synthesizer;

/** Every command that writes files, with inputs small enough to run in a moment. */
public final class WritingCommands {
    /** Commands that write nothing. */
    static final Set<String> READERS = Set.of("doctor", "encoders", "datasets", "fsck");

    /**
     * A command line.
     *
     * @param name name of the command
     * @param file name of the file that the command writes; null for a folder
     * @param line makes the command line that writes to a given file or folder
     */
    record Case(String name, String file, Function<Path, List<Object>> line) {
        /** The output file, or the folder itself. */
        Path target(Path out) {
            return file == null ? out : out.resolve(file);
        }

        Ran run(Path out, Object... more) {
            List<Object> all = new ArrayList<>(line.apply(target(out)));
            all.addAll(List.of(more));
            return Ran.unmute(all.toArray());
        }
    }

    final Path encoder;
    /** Recordings with their manifest. */
    final Path recordings;

    final Path manifest;
    /** One of the recordings. */
    final Path clip;

    final Path cache;
    /** The folder of a trained probe. */
    final Path trained;
    /** Tokens of the clip. */
    final Path reference;

    private final Path folder;
    private final Path benchmark;
    private final Path grid;
    private final List<Case> cases = new ArrayList<>();

    /** Writes the inputs to a folder. */
    WritingCommands(Path folder) throws IOException {
        this.folder = folder;
        encoder = TinyEncoder.write(folder, 16);
        recordings = TinyEncoder.recordings(folder, 12, 6);
        manifest = recordings.resolve("manifest.csv");
        clip = recordings.resolve("test/000000.wav");
        reference = folder.resolve("reference.npy");
        cache = folder.resolve("cache");
        trained = folder.resolve("trained");
        benchmark = folder.resolve("benchmark");
        BenchmarkFixture.scenes(folder, "many", false, 20, 8);
        BenchmarkFixture.scenes(folder, "one", true, 10, 5);
        grid = BenchmarkFixture.grid(
                folder,
                "grid.toml",
                encoder,
                "epochs = 2\nbatch = 16\nsobol = 2\ntpe = 0\ntop = 1\nseeds = [0]",
                "name = \"linear-mean\"");
        research();
        rest();
        for (Path made : List.of(cache, trained, benchmark)) {
            String name = made.equals(cache) ? "embed" : made.equals(trained) ? "probe" : "benchmark";
            of(name).run(made).endsWith(ExitCode.OK);
        }
    }

    /** All writing commands. */
    List<Case> all() {
        return List.copyOf(cases);
    }

    Case of(String name) {
        return cases.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    private void add(String name, Function<Path, List<Object>> rest) {
        addFile(name, null, rest);
    }

    private void addFile(String name, String file, Function<Path, List<Object>> rest) {
        cases.add(new Case(name, file, out -> {
            List<Object> line = new ArrayList<>(List.of(name, "-q"));
            line.addAll(rest.apply(out));
            return line;
        }));
    }

    private void research() {
        add("embed", out -> List.of("--encoder", encoder, "--audio", recordings, "--out", out));
        add(
                "probe",
                out -> List.of(
                        "--probe", "protobin", "--cache", cache, "--labels", manifest, "--epochs", 3, "--out", out));
        add("benchmark", out -> List.of(grid, "--only", "tiny/many", "--out", out));
        add(
                "detect",
                out -> List.of(Ran.line(
                        "--probe {} --audio {} --threshold 0.4 --format csv,raven --out {}",
                        trained,
                        recordings.resolve("test"),
                        out)));
        add("summarize", out -> List.of(detected(), "--page", "--out", out));
        add(
                "find",
                out -> List.of(Ran.line(
                        "{} --audio {} --no-review --encoder {} --top 5 --out {}",
                        folder.resolve("annotations.csv"),
                        recordings,
                        encoder,
                        out)));
        add(
                "search",
                out -> List.of(Ran.line(
                        "--cache {} --like test/000000.wav@0.2-0.6 --by tokens --candidates 0 --out {}", cache, out)));
        add(
                "eval",
                out -> List.of(
                        "--run", trained, "--cache", cache, "--labels", manifest, "--split", "test", "--out", out));
        add("explain", out -> List.of("--probe", trained, "--audio", clip, "--out", out));
        add("report", out -> List.of(benchmark, "--out", out));
        addFile("pack", "packed.safetensors", out -> List.of("--probe", trained, "--force", "--out", out));
        addFile(
                "export",
                "probe.onnx",
                out -> List.of("--probe", trained, "--from", "tokens", "--force", "--out", out));
        addFile(
                "tag",
                "scores.csv",
                out -> List.of(Ran.line(
                        "--probe {} --encoder {} --audio {} --scores {}",
                        trained,
                        encoder,
                        recordings.resolve("test"),
                        out)));
    }

    /** A folder of events in a recording that is named by its time. */
    private Path detected() {
        Path made = folder.resolve("detected");
        if (!Files.exists(made)) {
            try {
                Path field = Files.createDirectories(folder.resolve("field"));
                Files.copy(clip, field.resolve("20240517_053000.WAV"));
                Ran.ok("detect", "-q", "--probe", trained, "--audio", field, "--threshold", 0.4, "--out", made);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return made;
    }

    private void rest() throws IOException {
        add("demo", out -> List.of("--out", out, "--train", 10, "--test", 10, "--seeds", 1, "--epochs", 1));
        addFile(
                "pretrain",
                "encoder.safetensors",
                out -> List.of(Ran.line(
                        "--synthetic --steps 2 --batch 2 --clips 4 --dim 16 --depth 1 --heads 2 --out {}", out)));
        add("features", out -> List.of("--encoder", encoder, "--audio", recordings.resolve("test"), "--out", out));
        Ran.ok("features", "-q", "--encoder", encoder, "--audio", clip, "--out", reference);
        addFile(
                "verify",
                "verify.json",
                out -> List.of("--encoder", encoder, "--reference", reference, "--audio", clip, "--out", out));
        Path checkpoint = folder.resolve("checkpoint.safetensors");
        ConvertEndToEndTest.eat("model.", 1).write(checkpoint);
        addFile("convert", "converted.safetensors", out -> List.of("--force", checkpoint, out));
        Path events = Files.writeString(
                folder.resolve("annotations.csv"),
                "file,start,end,label\ntrain/000000.wav,0.1,0.6,bee\ntrain/000001.wav,0.2,0.9,crow\n");
        Path detected = Files.writeString(
                folder.resolve("detected.csv"),
                "file,start,end,label,score\ntrain/000000.wav,0.1,0.6,bee,0.75\ntrain/000001.wav,0.2,0.9,bee,0.5\n");
        addFile("review", "sample.csv", out -> List.of(detected, "--export", out));
        add("clips", out -> List.of("--events", events, "--audio", recordings, "--out", out));
        addFile("labels", "clips.csv", out -> List.of(events, "--audio", recordings, "--clip", 1, "--out", out));
        Path single = folder.resolve("single");
        sounds(single);
        add(
                "soundscape",
                out -> List.of(Ran.line(
                        "--manifest {} --audio {} --out {} --train 2 --test 1 --seconds 1 --events 1-2 --train-folds "
                                + "1 --test-folds 2",
                        single.resolve("labels.csv"),
                        single,
                        out)));
    }

    /** Recordings of single events in two folds. */
    public static void sounds(Path folder) throws IOException {
        Files.createDirectories(folder);
        StringBuilder csv = new StringBuilder("file,fold,category\n");
        for (int fold = 1; fold <= 2; fold++) {
            for (Sound sound : List.of(Sound.BELL, Sound.DOG_BARK)) {
                String name = fold + "-" + sound.label() + ".wav";
                Wav.write(folder.resolve(name), Synthesizer.event(sound, fold), 16_000);
                csv.append(name)
                        .append(',')
                        .append(fold)
                        .append(',')
                        .append(sound.label())
                        .append('\n');
            }
        }
        Files.writeString(folder.resolve("labels.csv"), csv);
    }
}
