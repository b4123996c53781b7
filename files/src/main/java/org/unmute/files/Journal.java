package org.unmute.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * An append-only file of records, which are there whole or not at all. The owner knows what a whole record is: it reads
 * the file when it is opened and calls {@link #cutTo} with the end of the last one, since a killed process may have
 * left another one unfinished. A record that cannot be written is removed. One thread at a time may write, any may
 * read.
 */
public final class Journal implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final Duration atRisk;
    /** Whether the name of the file may not be on the device yet. */
    private boolean isNew;

    private volatile long end;
    private long forced = System.nanoTime();

    private Journal(Path file, Duration atRisk, boolean isNew, StandardOpenOption... options) throws IOException {
        this.file = file;
        this.atRisk = atRisk;
        this.isNew = isNew;
        channel = RegularFile.open(file, options);
        try {
            end = FileFailure.naming(file, channel::size);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Opens a file for appending and creates it if needed.
     *
     * @param file its folder exists
     * @param atRisk how much work a power failure may undo: the first record that is added this long after the file was
     *     last forced to the device forces it again; zero for each record
     * @throws IOException if it cannot be opened, as if it is a link
     */
    public static Journal open(Path file, Duration atRisk) throws IOException {
        boolean isNew = !RegularFile.exists(file);
        return new Journal(
                file, atRisk, isNew, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /**
     * Opens a file for reading alone.
     *
     * @throws IOException if it cannot be opened
     */
    public static Journal reading(Path file) throws IOException {
        return new Journal(file, Duration.ZERO, false, StandardOpenOption.READ);
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** The end of the last record, in bytes. */
    public long size() {
        return end;
    }

    /**
     * Reads bytes from a position on into a buffer.
     *
     * @return their number; -1 at the end of the file
     * @throws IOException if they cannot be read
     */
    public int read(ByteBuffer into, long at) throws IOException {
        return FileFailure.naming(file, () -> channel.read(into, at));
    }

    /**
     * Cuts the file off after a record.
     *
     * @throws IOException if this fails
     */
    public void cutTo(long size) throws IOException {
        FileFailure.naming(file, () -> channel.truncate(size));
        end = size;
    }

    /**
     * Appends a record, whose bytes need not be in memory together.
     *
     * @throws IOException if it cannot be written, or forced to the device; it then does not count
     */
    public void append(AtomicFile.Content record) throws IOException {
        try {
            channel.truncate(end).position(end); // of a record that could not be removed
            record.writeTo(channel);
            if (isNew || Duration.ofNanos(System.nanoTime() - forced).compareTo(atRisk) >= 0) {
                force();
            }
            end = channel.position();
        } catch (IOException e) {
            cutOff(e);
            throw FileFailure.named(file, e);
        } catch (RuntimeException | Error e) {
            cutOff(e);
            throw e;
        }
    }

    /**
     * Appends a record.
     *
     * @throws IOException if it cannot be written, or forced to the device; it then does not count
     */
    public void append(ByteBuffer record) throws IOException {
        append(out -> LittleEndian.writeFully(out, record));
    }

    private void cutOff(Throwable failure) {
        try {
            channel.truncate(end);
        } catch (IOException e) {
            failure.addSuppressed(e); // the next record is preceded by another try, or the next process cuts it off
        }
    }

    /**
     * Waits until all records are on the device.
     *
     * @throws IOException if this fails
     */
    public void force() throws IOException {
        FileFailure.naming(file, () -> {
            channel.force(true);
            return null;
        });
        if (isNew) {
            TemporaryFile.forceFolder(file.toAbsolutePath().getParent());
            isNew = false;
        }
        forced = System.nanoTime();
    }

    /** Closes the file, without waiting for the device. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
