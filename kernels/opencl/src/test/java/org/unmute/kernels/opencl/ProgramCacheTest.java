package org.unmute.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramCacheTest {
    private static final String KEY = "device a\nsource b";
    private static final byte[] PROGRAM = {1, 2, 3, 0, -1};

    @TempDir
    Path root;

    private Path folder;
    private ProgramCache cache;
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void open() {
        folder = root.resolve("parent").resolve("programs");
        cache = ProgramCache.in(folder, said::add);
    }

    private boolean isPosix() {
        return root.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    @Test
    void whatIsWrittenIsReadByItsKeyAlone() {
        assertThat(cache.read(KEY)).isEmpty();
        cache.write(KEY, PROGRAM);
        assertThat(cache.read(KEY)).hasValue(PROGRAM);
        assertThat(cache.read(KEY + "c")).isEmpty();
        cache.write(KEY, new byte[] {7});
        assertThat(ProgramCache.in(folder, said::add).read(KEY)).hasValue(new byte[] {7});
        assertThat(said).isEmpty();
    }

    @Test
    void theFolderIsThisUsersAlone() throws Exception {
        assumeTrue(isPosix(), "skipped: no POSIX permissions here");
        cache.write(KEY, PROGRAM);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    /** Corrupts each byte in turn, then truncates the file to each length and extends it. */
    @Test
    void aDamagedEntryIsSaidAndRemoved() throws Exception {
        cache.write(KEY, PROGRAM);
        byte[] whole = Files.readAllBytes(cache.file(KEY));
        for (int i = 0; i < whole.length; i++) {
            byte[] wrong = whole.clone();
            wrong[i] ^= 1;
            isDiscarded(wrong);
        }
        for (int length = 0; length < whole.length; length++) {
            isDiscarded(Arrays.copyOf(whole, length));
        }
        isDiscarded(Arrays.copyOf(whole, whole.length + 1));
    }

    private void isDiscarded(byte[] content) throws Exception {
        Files.write(cache.file(KEY), content);
        said.clear();
        assertThat(cache.read(KEY)).isEmpty();
        assertThat(said)
                .singleElement()
                .asString()
                .contains(cache.file(KEY).toString())
                .contains("damaged", "compiled again");
        assertThat(cache.file(KEY)).doesNotExist();
    }

    /** Stores the entry of another key under the name of this one, as if a file had been renamed. */
    @Test
    void anEntryOfAnotherKeyIsDamaged() throws Exception {
        cache.write("another key, long", PROGRAM);
        isDiscarded(Files.readAllBytes(cache.file("another key, long")));
    }

    @Test
    void aFolderThatOthersMayUseIsNotUsed() throws Exception {
        assumeTrue(isPosix(), "skipped: no POSIX permissions here");
        cache.write(KEY, PROGRAM);
        for (String open : List.of("rwx-w----", "rwx----w-", "rwxr-xr-x")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(open));
            said.clear();
            assertThat(cache.read(KEY)).as(open).isEmpty();
            assertThat(said).singleElement().asString().contains(folder.toString(), open);
            cache.write("new", PROGRAM);
            assertThat(cache.file("new")).doesNotExist();
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        assertThat(cache.read(KEY)).hasValue(PROGRAM);
    }

    @Test
    void aLinkToAFolderIsNotUsed() throws Exception {
        assumeTrue(isPosix(), "skipped: no symbolic links without privileges here");
        cache.write(KEY, PROGRAM);
        Path link = Files.createSymbolicLink(root.resolve("link"), folder);
        said.clear();
        assertThat(ProgramCache.in(link, said::add).read(KEY)).isEmpty();
        assertThat(said).singleElement().asString().contains(link.toString(), "not a folder");
    }

    @Test
    void aFolderThatCannotBeMadeIsNoFailure() throws Exception {
        Files.writeString(root.resolve("parent"), "a file");
        cache.write(KEY, PROGRAM);
        assertThat(cache.read(KEY)).isEmpty();
    }

    @Test
    void theOldestEntriesGo() throws Exception {
        cache.write("oldest", PROGRAM);
        Files.setLastModifiedTime(cache.file("oldest"), FileTime.fromMillis(1000));
        for (int i = 1; i < ProgramCache.MAX_ENTRIES; i++) {
            Files.write(folder.resolve(i + ".program"), new byte[] {1});
        }
        cache.write("newest", PROGRAM);
        assertThat(cache.file("oldest")).doesNotExist();
        assertThat(cache.read("newest")).hasValue(PROGRAM);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(ProgramCache.MAX_ENTRIES);
        }
    }

    @Test
    void thePropertyNamesTheFolderOrTurnsTheCacheOff() {
        String before = System.getProperty(ProgramCache.FOLDER);
        try {
            System.setProperty(ProgramCache.FOLDER, folder.toString());
            ProgramCache.ofUser().write(KEY, PROGRAM);
            assertThat(cache.read(KEY)).hasValue(PROGRAM);
            System.setProperty(ProgramCache.FOLDER, ProgramCache.OFF);
            ProgramCache.ofUser().write(KEY, PROGRAM);
            assertThat(ProgramCache.ofUser().read(KEY)).isEmpty();
        } finally {
            if (before == null) {
                System.clearProperty(ProgramCache.FOLDER);
            } else {
                System.setProperty(ProgramCache.FOLDER, before);
            }
        }
    }

    @Test
    void aUserWithoutAHomeHasNone() {
        Path home = root.resolve("home").toAbsolutePath();
        assertThat(ProgramCache.folder(null, home.toString())).hasValue(home.resolve(".cache/unmute/opencl"));
        assertThat(ProgramCache.folder(root.toAbsolutePath().toString(), home.toString()))
                .hasValue(root.toAbsolutePath().resolve("unmute/opencl"));
        assertThat(ProgramCache.folder("relative", "?")).isEqualTo(Optional.empty());
    }
}
