package org.unmute.spark.layout;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.Syncable;
import org.unmute.files.FileFailure;
import org.unmute.files.LittleEndian;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;

/**
 * A new file on a local disk, as an output stream for Hadoop. Forcing the file also forces its name. One thread at a
 * time.
 */
final class LocalOutput extends OutputStream implements Syncable, StreamCapabilities {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

    /** @throws IOException if a file, link or folder of this name exists, or the file cannot be created */
    LocalOutput(Path file) throws IOException {
        this.file = file;
        channel = RegularFile.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public void write(int b) throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.put((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > buffer.remaining()) {
            flush();
        }
        if (length > buffer.remaining()) {
            write(ByteBuffer.wrap(bytes, offset, length));
        } else {
            buffer.put(bytes, offset, length);
        }
    }

    @Override
    public void flush() throws IOException {
        write(buffer.flip());
        buffer.clear();
    }

    private void write(ByteBuffer bytes) throws IOException {
        try {
            LittleEndian.writeFully(channel, bytes);
        } catch (IOException e) {
            throw FileFailure.named(file, e);
        }
    }

    @Override
    public void hflush() throws IOException {
        flush();
    }

    @Override
    public void hsync() throws IOException {
        flush();
        try {
            channel.force(true);
        } catch (IOException e) {
            throw FileFailure.named(file, e);
        }
        TemporaryFile.forceFolder(file.getParent());
    }

    @Override
    public boolean hasCapability(String capability) {
        return capability.equals(HSYNC);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (channel.isOpen()) {
                flush();
            }
        }
    }
}
