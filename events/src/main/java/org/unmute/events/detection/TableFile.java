package org.unmute.events.detection;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.unmute.files.FileFailure;
import org.unmute.files.RegularFile;
import org.unmute.files.WrittenFiles;

/**
 * A UTF-8 text file that grows under its final name as recordings are processed. Its exceptions name the file, and
 * closing it forces it to the storage device.
 */
public final class TableFile extends Writer {
    private final Path path;
    private final FileChannel channel;
    private final Writer out;

    /** Creates a file, or truncates an existing one. */
    TableFile(Path path) throws IOException {
        this.path = path;
        WrittenFiles.changed(path);
        channel = WrittenFiles.watching(
                path,
                RegularFile.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE));
        out = text(channel);
    }

    /** Buffered text in UTF-8; half a character, which a label may hold, becomes a question mark. */
    public static Writer text(FileChannel channel) {
        return new BufferedWriter(Channels.newWriter(
                channel, StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE), -1));
    }

    @Override
    public void write(char[] text, int from, int length) throws IOException {
        try {
            out.write(text, from, length);
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
    }

    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        try (channel) {
            out.flush();
            channel.force(true);
            WrittenFiles.note(path, channel);
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
    }
}
