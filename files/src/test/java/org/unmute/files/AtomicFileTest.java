package org.unmute.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link AtomicFile} and {@link TemporaryFile} in folders that others may write to. */
class AtomicFileTest {
    private static final byte[] CONTENT = {1, 2, 3};
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    @TempDir
    Path folder;

    private static void assumePosix(Path file) {
        assumeTrue(
                file.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "skipped: the file system has no POSIX permissions");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /** Names made of process id and serial number are predictable, so links could be planted in their place. */
    @Test
    void linksWithForeseeableNamesAreNotWrittenThrough() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "precious");
        Path shared = Files.createDirectory(folder.resolve("shared"));
        long pid = ProcessHandle.current().pid();
        for (int serial = 1; serial <= 2000; serial++) {
            Files.createSymbolicLink(shared.resolve("a.json." + pid + "-" + serial + ".tmp"), victim);
        }
        AtomicFile.write(shared.resolve("a.json"), CONTENT);
        assertThat(victim).hasContent("precious");
        assertThat(shared.resolve("a.json")).hasBinaryContent(CONTENT);
    }

    @Test
    void temporaryNamesAreNotRepeated() throws IOException {
        Set<Path> names = new HashSet<>();
        List<TemporaryFile> open = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            open.add(TemporaryFile.create(folder.resolve("a")));
            names.add(open.getLast().path());
        }
        assertThat(names).hasSize(100).allMatch(TemporaryFile::isOne).allMatch(Files::exists);
        for (TemporaryFile file : open) {
            file.close();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void onlyTheOwnerReadsAFileThatIsNotComplete() throws IOException {
        assumePosix(folder);
        Path target = folder.resolve("a.json");
        AtomicFile.write(target, out -> {
            Path temporary = files(folder).getFirst();
            assertThat(Files.getPosixFilePermissions(temporary)).isEqualTo(OWNER_ONLY);
            out.write(ByteBuffer.wrap(CONTENT));
        });
        Path usual = Files.createFile(folder.resolve("usual"));
        assertThat(Files.getPosixFilePermissions(target))
                .as("those of any new file")
                .isEqualTo(Files.getPosixFilePermissions(usual));
    }

    @Test
    void aFileThatIsReplacedKeepsItsPermissions() throws IOException {
        assumePosix(folder);
        for (String permissions : List.of("rw-------", "rw-r-----", "rw-rw-rw-")) {
            Path target = folder.resolve("a.json");
            Files.writeString(target, "old");
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(permissions));
            AtomicFile.write(target, CONTENT);
            assertThat(target).hasBinaryContent(CONTENT);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                    .isEqualTo(permissions);
        }
    }

    @Test
    void aLinkInThePlaceOfTheTargetIsReplaced() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "precious");
        Path target = Files.createSymbolicLink(folder.resolve("a.json"), victim);
        AtomicFile.write(target, CONTENT);
        assertThat(victim).hasContent("precious");
        assertThat(target).isRegularFile().hasBinaryContent(CONTENT);
        assertThat(Files.isSymbolicLink(target)).isFalse();
    }

    @Test
    void failuresNameTheTarget() throws IOException {
        Path target = folder.resolve("a.json");
        assertThatThrownBy(() -> AtomicFile.write(target, out -> {
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(target + ": No space left on device");
        Path gone = folder.resolve("gone");
        assertThatThrownBy(() -> AtomicFile.write(gone.resolve("a.json"), CONTENT))
                .isInstanceOfSatisfying(
                        NoSuchFileException.class, e -> assertThat(e.getFile()).isEqualTo(gone.toString()));
        Path taken = Files.createDirectories(folder.resolve("taken/full")).getParent();
        assertThatThrownBy(() -> AtomicFile.write(taken, CONTENT))
                .isInstanceOfSatisfying(
                        FileSystemException.class, e -> assertThat(e.getFile()).isEqualTo(taken.toString()));
        assertThat(files(folder)).containsExactly(taken);
    }

    @Test
    void veryLongNamesAreWritten() throws IOException {
        Path target = folder.resolve("x".repeat(250) + ".json");
        AtomicFile.write(target, CONTENT);
        assertThat(files(folder)).containsExactly(target);
    }

    @Test
    void staleTemporariesAreSweptAndNothingElse() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Path victim = Files.writeString(folder.resolve("victim"), "precious");
        List<Path> stale = new ArrayList<>();
        for (String name : List.of("run.json.0123456789abcdef.tmp", "run.json.4711-12.tmp", "x.ffffffffffffffff.tmp")) {
            stale.add(Files.writeString(folder.resolve(name), "half"));
        }
        List<Path> kept = new ArrayList<>(List.of(other, victim));
        for (String name : List.of("notes.tmp", "a.0123.tmp", "run.json", ".tmp", "0123456789abcdef.tmp")) {
            kept.add(Files.writeString(folder.resolve(name), "mine"));
        }
        kept.add(Files.createSymbolicLink(folder.resolve("b.0123456789abcdef.tmp"), victim));
        kept.add(Files.createDirectory(folder.resolve("c.0123456789abcdef.tmp")));

        Files.setLastModifiedTime(stale.getFirst(), FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        assertThat(TemporaryFile.sweep(folder, Duration.ofDays(1))).isEqualTo(1);
        assertThat(stale.getFirst()).doesNotExist();
        assertThat(stale.getLast()).exists();
        assertThat(TemporaryFile.sweep(folder, Duration.ZERO)).isEqualTo(2);
        assertThat(files(folder)).containsExactlyInAnyOrderElementsOf(kept);
        assertThat(victim).hasContent("precious");
    }

    @Test
    void filesThatKeepTheirNamesAreNotWrittenThroughLinks() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "precious");
        Path link = Files.createSymbolicLink(folder.resolve("journal"), victim);
        StandardOpenOption[] options = {
            StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING
        };
        assertThatThrownBy(() -> RegularFile.open(link, options))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(link.toString())
                .hasMessageContaining("a symbolic link is where a file is to be written");
        assertThatThrownBy(() -> RegularFile.open(Files.createDirectory(folder.resolve("d")), options))
                .hasMessageContaining("a folder is where a file is to be written");
        assertThat(victim).hasContent("precious");
        RegularFile.open(folder.resolve("new"), options).close();
        assertThat(folder.resolve("new")).isEmptyFile();
    }
}
