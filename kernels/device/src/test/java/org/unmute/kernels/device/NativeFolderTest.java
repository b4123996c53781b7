package org.unmute.kernels.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in separate processes, since a folder lives as long as its process. */
class NativeFolderTest {
    @TempDir
    Path temporary;

    @Test
    void theFolderGoesWithItsProcess() throws Exception {
        Path used = ran("end");
        assertThat(used.getParent()).isEqualTo(temporary);
        assertThat(used).doesNotExist();
    }

    @Test
    void whatAKilledProcessLeftIsRemovedByTheNextOne() throws Exception {
        Path left = ran("halt");
        assertThat(left.resolve("library.so")).exists();

        ran("end");

        assertThat(left).doesNotExist();
    }

    @Test
    void aFolderInUseStaysUntilItsProcessIsKilled() throws Exception {
        Process process = start("wait");
        try (BufferedReader out = process.inputReader()) {
            Path inUse = Path.of(out.readLine());
            ran("end");
            assertThat(inUse.resolve("library.so")).exists();

            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            ran("end");
            assertThat(inUse).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Versions without a lock also left folders; a new folder may be about to be locked. */
    @Test
    void aFolderWithoutALockIsRemovedOnceItIsADayOld() throws Exception {
        Path old = folder("unmute-natives-1");
        Path young = folder("unmute-natives-2");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

        ran("end");

        assertThat(old).doesNotExist();
        assertThat(young.resolve("library.so")).exists();
    }

    @Test
    void whatIsNotOfThisClassIsNotTouched() throws Exception {
        assumeTrue(
                Files.getFileStore(temporary).supportsFileAttributeView("posix"),
                "skipped: the file system has no permissions");
        Path elsewhere = folder("elsewhere");
        Path link = Files.createSymbolicLink(temporary.resolve("unmute-natives-3"), elsewhere);
        Path open = folder("unmute-natives-4");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwx---"));
        Path full = folder("unmute-natives-5");
        Path inner =
                Files.createFile(Files.createDirectory(full.resolve("folder")).resolve("file"));
        for (Path p : new Path[] {elsewhere, open, full}) {
            Files.setLastModifiedTime(p, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        }

        ran("end");

        assertThat(link).isSymbolicLink();
        assertThat(elsewhere.resolve("library.so")).exists();
        assertThat(open.resolve("library.so")).exists();
        assertThat(inner).exists();
    }

    private Path folder(String name) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve(name));
        if (Files.getFileStore(temporary).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
        Files.createFile(folder.resolve("library.so"));
        return folder;
    }

    /** Runs a process to its end and returns the folder that it unpacked into. */
    private Path ran(String end) throws Exception {
        Process process = start(end);
        String out = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(out).isZero();
        return Path.of(out.strip());
    }

    private Process start(String end) throws Exception {
        String path = String.join(File.pathSeparator, location(NativeFolder.class), location(Unpacking.class));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-XX:-UsePerfData",
                        "-cp",
                        path,
                        Unpacking.class.getName(),
                        end)
                .redirectErrorStream(true)
                .start();
    }

    private static String location(Class<?> c) throws Exception {
        return Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    /** Acts like a binding: unpacks a library into the temporary folder, then exits, is killed or waits. */
    static final class Unpacking {
        public static void main(String[] args) throws IOException {
            Path folder = NativeFolder.within(() -> {
                Path own = Path.of(System.getProperty("java.io.tmpdir"));
                try {
                    Files.createFile(own.resolve("library.so"));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                return own;
            });
            System.out.println(folder);
            System.out.flush();
            switch (args[0]) {
                case "halt" -> Runtime.getRuntime().halt(0);
                case "wait" -> System.in.read();
                default -> {}
            }
        }
    }
}
