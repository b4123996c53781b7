package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.cli.console.ExitCode;
import org.unmute.experiments.fixture.RunFixture;
import org.unmute.tensor.io.FolderLock;

/** No two commands write to one folder or file at a time: the second says who is writing, and changes nothing. */
class OutputLocksTest {
    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path recordings;
    private static Path labels;
    private static Path clip;
    private static Path cache;
    private static Path run;
    private static Path features;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        recordings = TinyEncoder.recordings(folder, 6, 3);
        labels = recordings.resolve("manifest.csv");
        clip = recordings.resolve("test/000000.wav");
        cache = folder.resolve("cache");
        unmute("embed", "--encoder", encoder, "--audio", recordings, "--out", cache);
        run = folder.resolve("run");
        unmute(train(run).toArray());
        Files.createDirectories(folder.resolve("out"));
        features = folder.resolve("reference.safetensors");
        unmute("features", "--encoder", encoder, "--audio", clip, "--out", features);
        RunFixture.standard(folder.resolve("benchmark"));
        Files.writeString(
                folder.resolve("single.csv"),
                "file,label,fold\n"
                        + "train/000000.wav,x,a\ntrain/000001.wav,y,a\n"
                        + "test/000000.wav,x,b\ntest/000001.wav,y,b\n");
    }

    private static Ran unmute(Object... args) {
        return Ran.unmute(Ran.with(args, "-q")).endsWith(ExitCode.OK);
    }

    private static List<Object> train(Path out) {
        return List.of(
                "probe", "--probe", "protobin", "--cache", cache, "--labels", labels, "--epochs", 2, "--out", out);
    }

    /**
     * A command that writes.
     *
     * @param lock  of the folder; null for the lock of the one file that is written
     * @param out   the folder or file
     */
    private record Writer(String lock, Path out, List<Object> line) {
        static Writer folder(Path out, Object... line) {
            return new Writer(FolderLock.NAME, out, List.of(line));
        }

        static Writer file(Path out, Object... line) {
            return new Writer(null, out, List.of(line));
        }

        FolderLock acquire() throws IOException {
            if (lock == null) {
                return FolderLock.acquireFor(out);
            }
            Files.createDirectories(out);
            return FolderLock.acquire(out, lock);
        }

        @Override
        public String toString() {
            return line.getFirst() + " to " + out.getFileName();
        }
    }

    private static Path out(String name) {
        return folder.resolve("out").resolve(name);
    }

    static Stream<Writer> writers() {
        return Stream.of(
                new Writer(
                        "cache.lock",
                        out("cache"),
                        List.of("embed", "--encoder", encoder, "--audio", recordings, "--out", out("cache"))),
                new Writer(FolderLock.NAME, out("run"), train(out("run"))),
                Writer.folder(run, "eval", "--run", run, "--cache", cache, "--labels", labels),
                Writer.folder(
                        out("eval"), "eval", "--run", run, "--cache", cache, "--labels", labels, "--out", out("eval")),
                Writer.folder(out("features"), "features", "--audio", recordings, "--out", out("features")),
                Writer.file(out("one.npy"), "features", "--audio", clip, "--out", out("one.npy")),
                Writer.folder(
                        out("why"),
                        "explain",
                        "--run",
                        run,
                        "--encoder",
                        encoder,
                        "--audio",
                        clip,
                        "--out",
                        out("why")),
                Writer.folder(out("report"), "report", folder.resolve("benchmark"), "--no-png", "--out", out("report")),
                Writer.folder(out("scenes"), scenes(out("scenes"), out("stems"))),
                Writer.folder(out("more-stems"), scenes(out("more-scenes"), out("more-stems"))),
                Writer.folder(
                        out("demo"),
                        "demo",
                        "--train",
                        10,
                        "--test",
                        10,
                        "--seeds",
                        1,
                        "--epochs",
                        1,
                        "--out",
                        out("demo")),
                Writer.file(
                        out("scores.csv"),
                        "tag",
                        "--probe",
                        run,
                        "--encoder",
                        encoder,
                        "--audio",
                        recordings,
                        "--scores",
                        out("scores.csv")),
                Writer.file(out("labels.csv"), "labels", labels, "--audio", recordings, "--out", out("labels.csv")),
                Writer.file(out("packed.safetensors"), "pack", run, "--out", out("packed.safetensors")),
                Writer.file(out("converted.safetensors"), "convert", encoder, out("converted.safetensors")),
                Writer.file(
                        out("verified.json"),
                        "verify",
                        "--encoder",
                        encoder,
                        "--audio",
                        clip,
                        "--reference",
                        features,
                        "--out",
                        out("verified.json")),
                Writer.file(
                        out("encoder.safetensors"),
                        "pretrain",
                        "--synthetic",
                        "--steps",
                        2,
                        "--batch",
                        2,
                        "--clips",
                        4,
                        "--dim",
                        16,
                        "--depth",
                        1,
                        "--heads",
                        2,
                        "--out",
                        out("encoder.safetensors")));
    }

    /** The files of a folder, or the one, by name. */
    private static Map<Path, Integer> contents(Path out) throws IOException {
        Map<Path, Integer> all = new HashMap<>();
        try (Stream<Path> files = Files.exists(out) ? Files.walk(out) : Stream.empty()) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(file, Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return all;
    }

    private static Object[] scenes(Path out, Path stems) {
        return new Object[] {
            "soundscape",
            "--manifest",
            folder.resolve("single.csv"),
            "--audio",
            recordings,
            "--train",
            2,
            "--test",
            1,
            "--train-folds",
            "a",
            "--test-folds",
            "b",
            "--events",
            "1-1",
            "--seconds",
            1,
            "--out",
            out,
            "--stems",
            stems
        };
    }

    @ParameterizedTest
    @MethodSource("writers")
    void theSecondCommandIsRefusedAndChangesNothing(Writer writer) throws IOException {
        Object[] line = Ran.with(writer.line().toArray(), "-q");
        try (FolderLock _ = writer.acquire()) {
            Map<Path, Integer> before = contents(writer.out());
            Ran refused = Ran.unmute(line).endsWith(ExitCode.INPUT);
            assertThat(refused.err())
                    .startsWith("unmute " + writer.line().getFirst() + ": ")
                    .contains("this process is writing to " + writer.out() + ": wait until it is done");
            assertThat(contents(writer.out())).isEqualTo(before);
        }
        Ran.unmute(line).endsWith(ExitCode.OK);
        try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
            List<Path> left = files.filter(f -> f.toString().endsWith(".tmp")
                            || f.getFileName().toString().matches("\\..+\\.lock"))
                    .toList();
            assertThat(left).isEmpty();
        }
        writer.acquire().close();
    }

    /** Of two runs into one folder, the first one's result was gone, and both ended with status 0. */
    @Test
    void ofTwoProcessesThatTrainIntoOneFolderOneIsRefused() throws Exception {
        Path out = folder.resolve("two");
        List<String> line = new ArrayList<>(List.of("-cp", Java.joined(Java.path()), "org.unmute.cli.Main"));
        train(out).forEach(arg -> line.add(arg.toString()));
        Ran second;
        try (FolderLock _ = FolderLock.acquire(Files.createDirectories(out), FolderLock.NAME)) {
            second = Java.run(folder, Map.of(), line).endsWith(ExitCode.INPUT);
        }
        assertThat(second.err())
                .contains("unmute probe: process " + ProcessHandle.current().pid() + " is writing to " + out)
                .contains(": wait until it is done, or write to another folder");
        assertThat(out.resolve("probe-seed0.safetensors")).doesNotExist();
        Java.run(folder, Map.of(), line).endsWith(ExitCode.OK);
        assertThat(out.resolve("probe-seed0.safetensors")).exists();
    }
}
