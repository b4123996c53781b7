package org.unmute.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderLockTest {
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    Path folder;

    private FolderLock acquire() throws IOException {
        return FolderLock.acquire(folder, FolderLock.NAME);
    }

    @Test
    void aLinkInThePlaceOfTheLockIsLeftAlone() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "4711");
        Path link = Files.createSymbolicLink(folder.resolve(FolderLock.NAME), victim);
        assertThatThrownBy(this::acquire)
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(FolderLock.NAME)
                .hasMessageContainingAll("a symbolic link", "remove it");
        assertThat(victim).hasContent("4711");
        Files.delete(link);
        Files.createSymbolicLink(folder.resolve(".out.csv.lock"), victim);
        assertThatThrownBy(() -> FolderLock.acquireFor(folder.resolve("out.csv")))
                .hasMessageContaining("a symbolic link");
        assertThat(victim).hasContent("4711");
        acquire().close();
    }

    @Test
    void aLinkInThePlaceOfTheLocksFolderIsLeftAlone() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.createSymbolicLink(shared.resolve(".state"), elsewhere);
        assertThatThrownBy(() -> FolderLock.acquire(shared, ".state/lock"))
                .hasMessageContainingAll(".state", "a symbolic link");
        assertThat(elsewhere).isEmptyDirectory();
    }

    /** The lock file may be, for example, a hard link to another file of the user. */
    @ParameterizedTest
    @ValueSource(strings = {"alias ll='ls -l'", "12345678901", "4711 on a host"})
    void aFileWithOtherContentIsLeftAlone(String content) throws IOException {
        for (String text : List.of(content, content.repeat(100))) {
            Path victim = Files.writeString(folder.resolve(FolderLock.NAME), text);
            assertThatThrownBy(this::acquire)
                    .hasMessageContaining("no lock")
                    .hasMessageContaining(text.length() + " bytes");
            assertThat(victim).hasContent(text);
        }
    }

    /** Contents that earlier versions, full devices and power failures leave. */
    @ParameterizedTest
    @ValueSource(strings = {"", "4711", "4711 on node7 si", "\0\0\0\0", "4711 on - since 2026-11-27T08:15:30Z\n"})
    void aLockThatNobodyHoldsIsAcquired(String before) throws IOException {
        Path file = Files.writeString(folder.resolve(FolderLock.NAME), before);
        try (FolderLock _ = acquire()) {
            assertThatThrownBy(this::acquire)
                    .isInstanceOf(FolderLock.HeldException.class)
                    .hasMessage("this process is writing to " + folder
                            + ": wait until it is done, or write to another folder");
        }
        assertThat(file)
                .content()
                .startsWith(ProcessHandle.current().pid() + " on ")
                .endsWith("Z\n");
        acquire().close();
    }

    @Test
    void closingTwiceDoesNotReleaseTheLockOfTheNextHolder() throws IOException {
        FolderLock first = acquire();
        first.close();
        try (FolderLock _ = acquire()) {
            first.close();
            assertThatThrownBy(this::acquire).isInstanceOf(FolderLock.HeldException.class);
        }
    }

    @Test
    void whoAcquiresALockDeletesWhatKilledProcessesLeft() throws IOException {
        Path stale = Files.writeString(folder.resolve("run.json.0123456789abcdef.tmp"), "half");
        Path other = Files.writeString(folder.resolve("b.csv.0123456789abcdef.tmp"), "half");
        try (FolderLock _ = FolderLock.acquireFor(folder.resolve("b.csv"))) {
            assertThat(other).doesNotExist();
            assertThat(stale).as("somebody may be writing it").exists();
        }
        acquire().close();
        assertThat(stale).doesNotExist();
    }

    @Test
    void aFileIsLockedWithoutLeavingAnything() throws IOException {
        Path target = folder.resolve("scores.csv");
        try (FolderLock _ = FolderLock.acquireFor(target)) {
            assertThatThrownBy(() -> FolderLock.acquireFor(target))
                    .isInstanceOf(FolderLock.HeldException.class)
                    .hasMessageContaining("is writing to " + target)
                    .hasMessageEndingWith("another file");
            FolderLock.acquireFor(folder.resolve("others.csv")).close();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderThatCannotBeWrittenToIsNamed() throws IOException {
        assumeTrue(
                folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "skipped: the file system has no POSIX permissions");
        Path closed = Files.createDirectory(
                folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        assumeTrue(!Files.isWritable(closed), "skipped: this user may write to every folder");
        assertThatThrownBy(() -> FolderLock.acquire(closed, FolderLock.NAME))
                .isInstanceOfSatisfying(
                        AccessDeniedException.class,
                        e -> assertThat(e.getFile()).isEqualTo(closed.toString()));
        Path target = closed.resolve("a.csv");
        assertThatThrownBy(() -> FolderLock.acquireFor(target))
                .isInstanceOfSatisfying(
                        AccessDeniedException.class,
                        e -> assertThat(e.getFile()).isEqualTo(target.toString()));
    }

    @Test
    void anotherProcessIsNamedWithItsHostAndTime() throws Exception {
        Process process = start("hold", folder.toString());
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo("held");
            assertThatThrownBy(this::acquire)
                    .isInstanceOf(FolderLock.HeldException.class)
                    .hasMessageMatching(
                            "process " + process.pid() + " is writing to .+ \\((on \\S+ )?since 20\\S+Z\\): wait"
                                    + " until it is done, or write to another folder");
            process.destroyForcibly().waitFor();
            acquire().close();
        } finally {
            process.destroyForcibly();
        }
    }

    /** The text may come from anybody who can write to the folder, and is shown on a terminal. */
    @Test
    void whatALockSaysIsNotShownUnlessItIsWhatThisClassWrites() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped: needs a POSIX shell");
        Process process = start("hold", folder.toString(), "4711 on \u001b[2J since 2026-11-27T08:15:30Z\n");
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo("held");
            assertThatThrownBy(this::acquire)
                    .isInstanceOf(FolderLock.HeldException.class)
                    .hasMessageStartingWith("another process is writing to " + folder + ": wait");
        } finally {
            process.destroyForcibly();
        }
    }

    /** The holder of a file's lock deletes the lock file, which must not let two others acquire the lock. */
    @Test
    void processesTakeTurns() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start("turns", folder.resolve("a.csv").toString(), "300"));
        }
        for (Process process : processes) {
            String out = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(out).isZero();
        }
        assertThat(folder).isEmptyDirectory();
    }

    private static Process start(String... arguments) throws IOException, URISyntaxException {
        Path tests = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target/test-classes");
        Path classes = Path.of(FolderLock.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:-UsePerfData",
                "-cp",
                tests + File.pathSeparator + classes,
                LockHolder.class.getName()));
        Stream.of(arguments).forEach(command::add);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
