package org.unmute.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void path() {
        file = folder.resolve("a.log");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void recordsFollowTheLastWholeOne() throws IOException {
        try (Journal journal = Journal.open(file, Duration.ofHours(1))) {
            journal.append(bytes("one\n"));
            journal.append(out -> {
                out.write(bytes("t"));
                out.write(bytes("wo\n"));
            });
            assertThat(journal.size()).isEqualTo(8);
        }
        Files.writeString(file, "one\ntwo\nthr");
        try (Journal journal = Journal.open(file, Duration.ZERO)) {
            assertThat(journal.size()).isEqualTo(11);
            ByteBuffer read = ByteBuffer.allocate(3);
            journal.read(read, 4);
            assertThat(read.array()).isEqualTo("two".getBytes(StandardCharsets.US_ASCII));
            journal.cutTo(8);
            journal.append(bytes("3\n"));
        }
        assertThat(file).hasContent("one\ntwo\n3\n");
    }

    @Test
    void aRecordThatIsNotCompletedIsRemoved() throws IOException {
        try (Journal journal = Journal.open(file, Duration.ZERO)) {
            journal.append(bytes("one\n"));
            assertThatThrownBy(() -> journal.append(out -> {
                        out.write(bytes("tw"));
                        throw new IllegalStateException("no more");
                    }))
                    .hasMessage("no more");
            assertThat(file).hasContent("one\n");
            journal.append(bytes("3\n"));
        }
        assertThat(file).hasContent("one\n3\n");
    }

    @Test
    void linksAreLeftAloneAndReadersChangeNothing() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "mine");
        Files.createSymbolicLink(file, other);
        assertThatThrownBy(() -> Journal.open(file, Duration.ZERO))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("symbolic link");
        try (Journal journal = Journal.reading(other)) {
            assertThatThrownBy(() -> journal.append(bytes("x"))).isInstanceOf(RuntimeException.class);
        }
        assertThat(other).hasContent("mine");
        assertThatThrownBy(() -> Journal.reading(folder.resolve("none"))).isInstanceOf(IOException.class);
    }
}
