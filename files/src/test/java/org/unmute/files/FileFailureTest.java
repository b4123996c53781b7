package org.unmute.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failures of channels get the file's name; more specific exceptions stay as they are. */
class FileFailureTest {
    @TempDir
    Path folder;

    @Test
    void failuresOfChannelsNameTheFile() {
        Path file = folder.resolve("a.bin");
        IOException full = new IOException("No space left on device");
        assertThat(FileFailure.named(file, full))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(file + ": No space left on device")
                .hasCause(full);
        assertThat(FileFailure.named(file, new ClosedByInterruptException()))
                .hasMessage(file + ": the thread was interrupted");
    }

    @Test
    void failuresThatSayMoreStay() {
        Path file = folder.resolve("a.bin");
        for (IOException e : new IOException[] {
            new NoSuchFileException(file.toString()), new EOFException("early"), new IOException("cannot read " + file)
        }) {
            assertThat(FileFailure.named(file, e)).isSameAs(e);
        }
    }

    /** A folder can be opened but not read, so it behaves like a failing device. */
    @Test
    void aDigestNamesTheFileThatCannotBeRead() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            assertThat(channel.isOpen()).isTrue();
        }
        assertThatThrownBy(() -> Sha256.of(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("" + folder);
        assertThatThrownBy(() -> FileFailure.naming(folder, () -> Files.readString(folder)))
                .hasMessageContaining("" + folder);
    }
}
