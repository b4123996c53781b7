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
import org.unmute.files.FolderLock;
import org.unmute.kernels.contract.FullBuild;

/**
 * Two commands never write to the same folder or file at a time: the second names the process that is writing, and
 * changes nothing.
 */
class OutputLocksTest {
    @TempDir
    static Path folder;

    private static WritingCommands commands;

    @BeforeAll
    static void prepare() throws IOException {
        commands = new WritingCommands(Files.createDirectory(folder.resolve("inputs")));
    }

    /**
     * A command that writes.
     *
     * @param lock name of the folder's lock; null for the lock of a single output file
     * @param out  the folder or file
     */
    private record Writer(String lock, Path out, List<Object> line) {
        FolderLock acquire() throws IOException {
            if (lock == null) {
                Files.createDirectories(out.getParent());
                return FolderLock.acquireFor(out);
            }
            Files.createDirectories(out.resolve(lock).getParent());
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

    /** Every writing command, and variants that write elsewhere. */
    static Stream<Writer> writers() {
        Stream<Writer> each = commands.all().stream()
                .map(c -> new Writer(lock(c), c.target(out(c.name())), c.line().apply(c.target(out(c.name())))));
        List<Object> scenes = commands.of("soundscape").line().apply(out("more-scenes"));
        return Stream.concat(
                each,
                Stream.of(
                        new Writer(
                                FolderLock.NAME,
                                commands.trained,
                                List.of(Ran.line(
                                        "eval -q --probe {} --cache {} --labels {}",
                                        commands.trained,
                                        commands.cache,
                                        commands.manifest))),
                        new Writer(
                                null,
                                out("one.npy"),
                                List.of("features", "-q", "--audio", commands.clip, "--out", out("one.npy"))),
                        new Writer(
                                FolderLock.NAME,
                                out("stems"),
                                List.of(Ran.with(scenes.toArray(), "--stems", out("stems"))))));
    }

    private static String lock(WritingCommands.Case command) {
        return switch (command.name()) {
            case "embed" -> "cache.lock";
            case "detect", "search" -> ".detect/lock";
            default -> command.file() == null ? FolderLock.NAME : null;
        };
    }

    /** The files of a folder by name, or the single file. */
    private static Map<Path, Integer> contents(Path out) throws IOException {
        Map<Path, Integer> all = new HashMap<>();
        try (Stream<Path> files = Files.exists(out) ? Files.walk(out) : Stream.empty()) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(file, Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("writers")
    void theSecondCommandIsRefusedAndChangesNothing(Writer writer) throws IOException {
        Object[] line = writer.line().toArray();
        try (FolderLock _ = writer.acquire()) {
            Map<Path, Integer> before = contents(writer.out());
            Ran refused = Ran.unmute(line).endsWith(ExitCode.INPUT);
            assertThat(refused.err())
                    .startsWith("unmute " + writer.line().getFirst() + ": ")
                    .contains("this process is writing to " + writer.out() + ": wait until it is done");
            assertThat(contents(writer.out())).isEqualTo(before);
        }
        Ran.ok(line);
        try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
            List<Path> left = files.filter(f -> f.toString().endsWith(".tmp")
                            || f.getFileName().toString().matches("\\..+\\.lock"))
                    .toList();
            assertThat(left).isEmpty();
        }
        writer.acquire().close();
    }

    /** Previously, the result of the first of two runs into one folder was lost, although both ended with status 0. */
    @Test
    @FullBuild("starts processes")
    void ofTwoProcessesThatTrainIntoOneFolderOneIsRefused() throws Exception {
        Path out = folder.resolve("two");
        List<String> line = new ArrayList<>(List.of("-cp", Java.joined(Java.path()), "org.unmute.cli.Main"));
        commands.of("probe").line().apply(out).forEach(arg -> line.add(arg.toString()));
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
