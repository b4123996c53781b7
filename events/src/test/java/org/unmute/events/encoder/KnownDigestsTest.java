package org.unmute.events.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.Sha256;

class KnownDigestsTest {
    private static final String OTHER = "0123456789abcdef".repeat(4);

    @TempDir
    private Path folder;

    private Path file;
    private KnownDigests digests;

    @BeforeEach
    void writeLargeFile() throws IOException {
        assumeTrue(
                FileSystems.getDefault().supportedFileAttributeViews().contains("unix"),
                "this system does not say when a file was last changed, so no digest is kept");
        file = folder.resolve("encoder.safetensors");
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(17 << 20);
        }
        // Settled at once, since file times may lag the system clock by some milliseconds.
        digests = new KnownDigests(folder.resolve("known"), Duration.ofDays(-1));
    }

    private List<Path> kept() throws IOException {
        if (!Files.exists(folder.resolve("known"))) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder.resolve("known"))) {
            return all.toList();
        }
    }

    /** Replaces the stored digest of the file, to detect whether the cache is used. */
    private void replaceKept() throws IOException {
        Path one = kept().getFirst();
        Files.writeString(one, OTHER + Files.readString(one).substring(OTHER.length()));
    }

    @Test
    void isComputedOnceAsLongAsTheFileIsTheSame() throws IOException {
        assertThat(digests.of(file)).isEqualTo(Sha256.of(file));
        assertThat(kept()).hasSize(1);
        replaceKept();
        assertThat(digests.of(file)).isEqualTo(OTHER);
        assertThat(digests.of(folder.resolve("known").resolve("..").resolve("encoder.safetensors")))
                .isEqualTo(OTHER);
    }

    @Test
    void changedContentIsSeenThoughSizeAndModificationTimeAreAsBefore() throws IOException, InterruptedException {
        digests.of(file);
        replaceKept();
        FileTime modified = Files.getLastModifiedTime(file);
        Thread.sleep(20); // longer than the resolution of file times
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.seek(1000);
            out.write(1);
        }
        Files.setLastModifiedTime(file, modified);
        assertThat(digests.of(file)).isEqualTo(Sha256.of(file)).isNotEqualTo(OTHER);
        assertThat(kept()).as("one entry for a path").hasSize(1);
        replaceKept();
        assertThat(digests.of(file)).isEqualTo(OTHER);
    }

    @Test
    void anotherFileInItsPlaceIsSeen() throws IOException {
        digests.of(file);
        replaceKept();
        Path copy = Files.copy(file, folder.resolve("copy"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(digests.of(file)).isEqualTo(Sha256.of(file));
    }

    /**
     * Writing to a page that is already waiting to be written back changes none of the file's times, and on some file
     * systems no write through a page ever does.
     */
    @Test
    void aWriteThroughAMappedPageIsSeen() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
            mapped.set(ValueLayout.JAVA_BYTE, 12_345_678, (byte) 1);
            String before = digests.of(file);
            assertThat(kept()).hasSize(1);
            mapped.set(ValueLayout.JAVA_BYTE, 12_345_678, (byte) 2);
            assertThat(digests.of(file)).isEqualTo(Sha256.of(file)).isNotEqualTo(before);
        }
    }

    @Test
    void anEntryThatOthersCanWriteToIsNotBelieved() throws IOException {
        String right = digests.of(file);
        for (String loose : List.of("rw-rw----", "rw----rw-", "rwxrwxrwx")) {
            replaceKept();
            Files.setPosixFilePermissions(kept().getFirst(), PosixFilePermissions.fromString(loose));
            assertThat(digests.of(file)).as(loose).isEqualTo(right);
            assertThat(permissions(kept().getFirst())).as("kept anew").isEqualTo("rw-------");
        }
        replaceKept();
        Files.setPosixFilePermissions(folder.resolve("known"), PosixFilePermissions.fromString("rwxrwx---"));
        assertThat(digests.of(file)).as("in a folder of others").isEqualTo(right);
        assertThat(permissions(folder.resolve("known"))).isEqualTo("rwx------");
        assertThat(digests.of(file)).isEqualTo(right);
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        String right = digests.of(file);
        replaceKept();
        Path entry = kept().getFirst();
        Path elsewhere = Files.move(entry, folder.resolve("elsewhere"));
        String planted = Files.readString(elsewhere);
        Files.createSymbolicLink(entry, elsewhere);
        assertThat(digests.of(file)).isEqualTo(right);
        assertThat(elsewhere).as("not written through the link").hasContent(planted);
        Path linked = Files.createSymbolicLink(folder.resolve("linked"), Files.createDirectory(folder.resolve("real")));
        assertThat(new KnownDigests(linked, Duration.ofDays(-1)).of(file)).isEqualTo(right);
        assertThat(folder.resolve("real")).isEmptyDirectory();
    }

    /** Only root can change the owner of a file. */
    @Test
    void entriesAndFoldersOfSomebodyElseAreNotUsed() throws IOException {
        String right = digests.of(file);
        replaceKept();
        try {
            Files.setAttribute(kept().getFirst(), "unix:uid", 4711);
        } catch (FileSystemException e) {
            assumeTrue(false, "only root can make a file of somebody else: " + e.getReason());
        }
        assertThat(digests.of(file)).isEqualTo(right);
        assertThat(Files.getAttribute(kept().getFirst(), "unix:uid"))
                .as("kept anew")
                .isNotEqualTo(4711);
        replaceKept();
        Files.setAttribute(folder.resolve("known"), "unix:uid", 4711);
        byte[] before = Files.readAllBytes(kept().getFirst());
        assertThat(digests.of(file)).isEqualTo(right);
        assertThat(kept().getFirst()).as("not written to").hasBinaryContent(before);
    }

    /** Holds for any umask. */
    @Test
    void whatKilledProcessesLeftIsDeletedAfterADay() throws IOException {
        Path known = Files.createDirectory(folder.resolve("known"));
        Path old = Files.writeString(known.resolve(OTHER + ".0123456789abcdef.tmp"), "half");
        Path young = Files.writeString(known.resolve(OTHER + ".fedcba9876543210.tmp"), "somebody may be writing it");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        digests.of(file);
        assertThat(kept()).contains(young).doesNotContain(old).hasSize(2);
    }

    @Test
    void nobodyElseCanReadOrWriteWhatIsKept() throws IOException {
        digests.of(file);
        assertThat(permissions(folder.resolve("known"))).isEqualTo("rwx------");
        assertThat(permissions(kept().getFirst())).isEqualTo("rw-------");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void withoutACacheEveryFileIsHashed() throws IOException {
        assertThat(KnownDigests.none().folder()).isNull();
        assertThat(KnownDigests.none().of(file)).isEqualTo(Sha256.of(file));
    }

    @Test
    void fileThatWasJustChangedIsNotKept() throws IOException {
        KnownDigests careful = new KnownDigests(folder.resolve("known"));
        assertThat(careful.of(file)).isEqualTo(Sha256.of(file));
        assertThat(kept()).isEmpty();
    }

    @Test
    void smallFilesAreHashedEveryTime() throws IOException {
        Path small = Files.writeString(folder.resolve("small"), "a");
        assertThat(digests.of(small)).isEqualTo(Sha256.of("a"));
        assertThat(kept()).isEmpty();
    }

    @Test
    void nothingIsKeptWhereNoFolderIsKnown() throws IOException {
        Path root = folder.toAbsolutePath();
        assertThat(KnownDigests.folder(root + "/c", "/h")).isEqualTo(root.resolve("c/unmute/sha256"));
        assertThat(KnownDigests.folder(null, root.toString())).isEqualTo(root.resolve(".cache/unmute/sha256"));
        assertThat(KnownDigests.folder("relative", root.toString())).isEqualTo(root.resolve(".cache/unmute/sha256"));
        assertThat(KnownDigests.folder("", "?")).isNull();
        assertThat(new KnownDigests(null).of(file)).isEqualTo(Sha256.of(file));
    }

    @Test
    void whatIsKeptMayBeDamagedOrUnwritable() throws IOException {
        String right = digests.of(file);
        for (String damage : List.of(
                "",
                "\n",
                OTHER,
                OTHER + " \n",
                OTHER.substring(1) + Files.readString(kept().getFirst()).substring(OTHER.length()))) {
            Files.writeString(kept().getFirst(), damage);
            assertThat(digests.of(file)).as(damage).isEqualTo(right);
        }
        Path inTheWay = Files.writeString(folder.resolve("in the way"), "");
        assertThat(new KnownDigests(inTheWay, Duration.ofDays(-1)).of(file)).isEqualTo(right);
    }
}
