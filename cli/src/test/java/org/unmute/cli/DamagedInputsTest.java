package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.cli.console.ExitCode;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsWriter;

/**
 * A damaged file of every kind that a command reads: the status is 3, the message is one line that names the file, and
 * nothing is called a bug.
 */
class DamagedInputsTest {
    @TempDir
    static Path folder;

    private static WritingCommands commands;
    private static Path packed;
    private static Path scores;
    private static Path events;

    @BeforeAll
    static void prepare() throws IOException {
        commands = new WritingCommands(Files.createDirectories(folder.resolve("inputs")));
        Path made = Files.createDirectories(folder.resolve("made"));
        commands.of("pack").run(made).endsWith(ExitCode.OK);
        commands.of("tag").run(made).endsWith(ExitCode.OK);
        packed = made.resolve("packed.safetensors");
        scores = made.resolve("scores.csv");
        events = made.resolve("events");
        detect(events).endsWith(ExitCode.OK);
    }

    private static Ran detect(Path out) {
        return detect(commands.trained, out);
    }

    private static Ran detect(Path probe, Path out) {
        return Ran.unmute(
                "detect",
                "-q",
                "--probe",
                probe,
                "--encoder",
                commands.encoder,
                "--audio",
                commands.recordings.resolve("test"),
                "--threshold",
                0.4,
                "--format",
                "csv,parquet",
                "--out",
                out);
    }

    private static Ran train(Path cache, Path labels, Path out) {
        return Ran.unmute(
                "probe",
                "-q",
                "--probe",
                "protobin",
                "--epochs",
                3,
                "--cache",
                cache,
                "--labels",
                labels,
                "--out",
                out);
    }

    /** What reads a file. */
    private interface Reader {
        Ran read(Path file, Path out) throws IOException;
    }

    /**
     * A kind of file.
     *
     * @param original an intact one
     * @param files what must be there besides: a folder that it is in, or null
     * @param reader a command that reads it
     */
    private record Kind(Path original, Path files, Reader reader) {}

    private static Map<String, Kind> kinds() {
        Map<String, Kind> all = new LinkedHashMap<>();
        Path clip = commands.clip;
        Path probe = commands.trained.resolve("probe-seed0.safetensors");
        Path checkpoint = commands.trained.resolve("checkpoint-seed0.safetensors");
        all.put("encoder", new Kind(commands.encoder, null, (f, out) -> Ran.unmute(
                "features", "-q", "--encoder", f, "--audio", clip, "--out", out.resolve("one.npy"))));
        all.put("checkpoint to convert", new Kind(
                commands.encoder.resolveSibling("checkpoint.safetensors"),
                null,
                (f, out) -> Ran.unmute("convert", "-q", f, out.resolve("converted.safetensors"))));
        all.put("probe of tag", new Kind(probe, null, (f, out) -> tag(f, clip)));
        all.put("probe of detect", new Kind(probe, null, DamagedInputsTest::detect));
        all.put("probe of explain", new Kind(probe, null, (f, out) -> Ran.unmute(
                "explain", "-q", "--run", f, "--encoder", commands.encoder, "--audio", clip, "--out", out)));
        all.put("probe of eval", new Kind(probe, commands.trained, (f, out) -> Ran.unmute(
                "eval", "-q", "--run", f.getParent(), "--cache", commands.cache, "--labels", commands.manifest)));
        all.put("probe of pack", new Kind(probe, null, (f, out) -> Ran.unmute(
                "pack", "-q", f, "--out", out.resolve("packed.safetensors"))));
        all.put("packed probe of tag", new Kind(packed, null, (f, out) -> tag(f, clip)));
        all.put("packed probe of detect", new Kind(packed, null, DamagedInputsTest::detect));
        all.put("packed probe of explain", new Kind(packed, null, (f, out) -> Ran.unmute(
                "explain", "-q", "--run", f, "--encoder", commands.encoder, "--audio", clip, "--out", out)));
        all.put("checkpoint of a training", new Kind(
                checkpoint, commands.trained, (f, out) -> train(commands.cache, commands.manifest, f.getParent())));
        all.put("shard", new Kind(
                commands.cache.resolve("shard-00000.tok"),
                commands.cache,
                (f, out) -> train(f.getParent(), commands.manifest, out)));
        all.put("labels", new Kind(
                commands.manifest, null, (f, out) -> train(commands.cache, f, out)));
        all.put("settings of detect", new Kind(
                events.resolve(".detect/settings.json"), events, (f, out) -> detect(f.getParent().getParent())));
        all.put("record of a probe", new Kind(
                commands.trained.resolve("run.json"), commands.trained, (f, out) -> Ran.unmute(
                        "explain", "-q", "--run", f.getParent(), "--audio", clip, "--out", out)));
        all.put("scores", new Kind(scores, null, (f, out) -> Ran.unmute(
                "eval", "-q", "--scores", f, "--labels", commands.manifest)));
        all.put("events.parquet", new Kind(events.resolve("events.parquet"), null, (f, out) -> Ran.unmute(
                "eval", "-q", "--detections", f, "--events", events.resolve("events.csv"),
                "--audio", commands.recordings.resolve("test"))));
        all.put("annotations", new Kind(
                commands.encoder.resolveSibling("annotations.csv"), null, (f, out) -> Ran.unmute(
                        "labels", "-q", f, "--audio", commands.recordings, "--clip", 1,
                        "--out", out.resolve("clips.csv"))));
        all.put("reference", new Kind(commands.reference, null, (f, out) -> Ran.unmute(
                "verify", "-q", "--encoder", commands.encoder, "--reference", f, "--audio", clip)));
        all.put("grid", new Kind(commands.encoder.resolveSibling("grid.toml"), null, (f, out) -> Ran.unmute(
                "benchmark", "-q", f, "--only", "tiny/many", "--dry-run", "--out", out)));
        Path benchmark = commands.encoder.resolveSibling("benchmark");
        all.put("grid.json", new Kind(benchmark.resolve("grid.json"), benchmark, (f, out) -> Ran.unmute(
                "report", "-q", f.getParent(), "--no-png", "--out", out)));
        Path cell = benchmark.resolve("tiny/many/linear-mean/cell.json");
        all.put("cell.json", new Kind(cell, benchmark, (f, out) -> Ran.unmute(
                "report", "-q", benchmark(f), "--no-png", "--out", out)));
        return all;
    }

    private static Path benchmark(Path cell) {
        return cell.getParent().getParent().getParent().getParent();
    }

    private static Ran tag(Path probe, Path clip) {
        return Ran.unmute("tag", "-q", "--probe", probe, "--encoder", commands.encoder, "--audio", clip);
    }

    /** Ways to damage a file, all of which leave something that cannot be used. */
    private static TreeMap<String, byte[]> damages(byte[] bytes) {
        TreeMap<String, byte[]> all = new TreeMap<>();
        byte[] random = new byte[300];
        new Random(3).nextBytes(random);
        all.put("emptied", new byte[0]);
        all.put("cut", Arrays.copyOf(bytes, bytes.length / 3));
        all.put("cut after 9 bytes", Arrays.copyOf(bytes, 9));
        all.put("zeros", new byte[200]);
        all.put("other bytes", random);
        all.put("a web page", "<!DOCTYPE html><html><body>404</body></html>\n".getBytes(StandardCharsets.UTF_8));
        all.put("null", "null".getBytes(StandardCharsets.UTF_8));
        all.put("a list", "[1, 2]".getBytes(StandardCharsets.UTF_8));
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "encoder",
        "checkpoint to convert",
        "probe of tag",
        "probe of detect",
        "probe of explain",
        "probe of eval",
        "probe of pack",
        "packed probe of tag",
        "packed probe of detect",
        "packed probe of explain",
        "checkpoint of a training",
        "shard",
        "labels",
        "settings of detect",
        "record of a probe",
        "scores",
        "events.parquet",
        "annotations",
        "reference",
        "grid",
        "grid.json",
        "cell.json"
    })
    void isRefusedWithStatus3(String name) throws IOException {
        Kind kind = kinds().get(name);
        List<String> wrong = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, byte[]> damage :
                damages(Files.readAllBytes(kind.original())).entrySet()) {
            Path work = Files.createDirectories(folder.resolve("work/" + name.replace(' ', '-') + number++));
            Path file = work.resolve(kind.original().getFileName());
            if (kind.files() != null) {
                Path all = work.resolve("files");
                copy(kind.files(), all);
                file = all.resolve(kind.files().relativize(kind.original()));
            }
            Files.write(file, damage.getValue());
            Ran ran = kind.reader().read(file, work.resolve("out"));
            String why = problem(ran, file);
            if (why != null) {
                wrong.add(name + ", " + damage.getKey() + ": " + why + ": " + ran.status() + ": " + ran.err());
            }
            FolderContent.delete(work);
        }
        assertThat(wrong).isEmpty();
    }

    private static String problem(Ran ran, Path file) {
        String last = ran.err().strip();
        if (ran.status() != ExitCode.INPUT) {
            return "status";
        }
        if (ran.err().contains("bug in unmute") || ran.err().contains("\tat ")) {
            return "called a bug";
        }
        if (last.lines().count() != 1) {
            return "lines";
        }
        return last.contains(file.getFileName().toString())
                        || last.contains(file.getParent().toString())
                ? null
                : "does not name it";
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** Well-formed files that contradict themselves. */
    @Test
    void aProbeOrCheckpointThatIsWellFormedAndWrongIsRefused() throws IOException {
        Path work = Files.createDirectories(folder.resolve("wrong"));
        for (String format : List.of("unmute-packed-protobin-1", "unmute-probe-1", "unmute-checkpoint-1", "other")) {
            Path file = work.resolve(format + ".safetensors");
            new SafetensorsWriter()
                    .metadata("format", format)
                    .metadata("probe", "protobin")
                    .metadata("dim", "-3")
                    .add("losses", Shape.of(1), new float[1])
                    .write(file);
            assertThat(problem(tag(file, commands.clip), file)).as(format).isNull();
            assertThat(problem(detect(file, work.resolve("out")), file)).as(format).isNull();
            assertThat(problem(Ran.unmute("pack", "-q", file, "--out", work.resolve("p.safetensors")), file))
                    .as(format)
                    .isNull();
            Path run = work.resolve(format);
            copy(commands.trained, run);
            Path checkpoint = run.resolve("checkpoint-seed0.safetensors");
            Files.copy(file, checkpoint, StandardCopyOption.REPLACE_EXISTING);
            assertThat(problem(train(commands.cache, commands.manifest, run), checkpoint))
                    .as(format)
                    .isNull();
        }
    }

    @Test
    void whereNobodyMayWriteIsMissingPermission() {
        Path out = Path.of("/sys/unmute-test");
        String reason = null;
        try {
            Files.createDirectory(out);
            Files.delete(out);
        } catch (FileSystemException e) {
            reason = e.getReason();
        } catch (IOException e) {
            reason = e.getMessage();
        }
        assumeTrue(
                List.of("Read-only file system", "Operation not permitted").contains(reason),
                "needs a folder that nobody may write to: /sys is none: " + reason);
        assertThat(detect(out).endsWith(ExitCode.INPUT).err()).contains("no permission: " + out + ": " + reason);
    }
}
