package org.unmute.data.provenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.InputException;

class DiskSpaceTest {
    @TempDir
    private Path folder;

    @Test
    void aFolderThatIsNotThereYetIsOnTheDiskOfItsParent() throws IOException {
        Path deep = folder.resolve("a/b/c");
        assertThat(DiskSpace.of(deep).free()).isPositive();
        assertThat(DiskSpace.of(deep).folder()).isEqualTo(deep);
        assertThat(DiskSpace.used(deep)).isZero();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void usedAreTheFilesBelow() throws IOException {
        Files.write(folder.resolve("one"), new byte[100]);
        Files.write(Files.createDirectories(folder.resolve("in/side")).resolve("two"), new byte[23]);
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("one"));
        assertThat(DiskSpace.used(folder)).isEqualTo(123);
    }

    @Test
    void tooLittleRoomIsSaidWithBothNumbersAndTheWayOut() {
        DiskSpace disk = new DiskSpace(folder, 300 << 10);
        assertThatCode(() -> disk.require(300 << 10, "the cache", "go on")).doesNotThrowAnyException();
        assertThatCode(() -> disk.require(-5, "the cache", "go on")).doesNotThrowAnyException();
        assertThatThrownBy(() -> disk.require(845 << 10, "the cache", "add --yes"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(folder + ": about 845.0 KiB are needed for the cache, 300.0 KiB are free there")
                .hasMessageEndingWith("or add --yes");
    }
}
