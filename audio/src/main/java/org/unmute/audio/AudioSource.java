package org.unmute.audio;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmute.files.FileFailure;

/** The bytes of an audio file, from a file, an array, a channel or a stream. Reads are buffered. Not thread-safe. */
public final class AudioSource implements Closeable {
    private static final int BUFFER = 1 << 16;

    private final ReadableByteChannel channel;
    private final @Nullable SeekableByteChannel seekable;
    private final String name;
    private final byte[] buffer = new byte[BUFFER];
    /** The channel's position at byte 0. */
    private long origin;
    /** Position of the buffer's first byte in the source. */
    private long start;

    private int at;
    private int filled;

    private AudioSource(ReadableByteChannel channel, String name) {
        this.channel = Objects.requireNonNull(channel, "channel");
        this.seekable = channel instanceof SeekableByteChannel s ? s : null;
        this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * The bytes of a file. A pipe or a device, such as {@code /dev/stdin}, cannot seek back.
     *
     * @throws IOException if the file cannot be opened
     */
    public static AudioSource of(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return of(Files.newInputStream(file), file.toString());
        }
        return of(Files.newByteChannel(file, StandardOpenOption.READ), file.toString());
    }

    /**
     * Bytes in memory.
     *
     * @param bytes not copied, not modified
     * @param name  the name to use in messages
     */
    public static AudioSource of(byte[] bytes, String name) {
        return of(MemorySegment.ofArray(bytes), name);
    }

    /**
     * Bytes in memory.
     *
     * @param bytes not copied, not modified
     * @param name  the name to use in messages
     */
    public static AudioSource of(MemorySegment bytes, String name) {
        try {
            return of(new SegmentChannel(bytes), name);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    /**
     * The bytes of a channel, starting at its current position, which becomes byte 0. A {@link SeekableByteChannel} can
     * seek back. Closing the source closes the channel.
     *
     * @param name the name to use in messages
     * @throws IOException if the channel's position cannot be determined
     */
    public static AudioSource of(ReadableByteChannel channel, String name) throws IOException {
        AudioSource source = new AudioSource(channel, name);
        source.origin = source.seekable == null ? 0 : source.seekable.position();
        return source;
    }

    /**
     * The bytes of a stream, which cannot seek back. Closing the source closes the stream.
     *
     * @param name the name to use in messages
     */
    public static AudioSource of(InputStream in, String name) throws IOException {
        return of(Channels.newChannel(in), name);
    }

    /** The name to use in messages. */
    public String name() {
        return name;
    }

    /** Whether {@link #seek} can move backwards. */
    public boolean seekable() {
        return seekable != null;
    }

    /** Length in bytes; -1 if unknown. */
    public long size() throws IOException {
        return seekable == null ? -1 : seekable.size() - origin;
    }

    /** The position of the next byte. */
    public long position() {
        return start + at;
    }

    /**
     * Moves to a byte, which may lie beyond the end. If the source is not {@link #seekable}, the bytes before it are
     * read and discarded.
     *
     * @throws IOException if the byte lies before the buffered bytes and the source is not seekable
     */
    public void seek(long position) throws IOException {
        if (position < 0) {
            throw new IllegalArgumentException(name + ": seek to byte " + position);
        }
        if (position >= start && position <= start + filled) {
            at = (int) (position - start);
        } else if (seekable != null) {
            seekable.position(origin + position);
            start = position;
            at = 0;
            filled = 0;
        } else if (position < start) {
            throw new IOException(name + ": byte " + position + " has passed, and a stream cannot go back");
        } else {
            while (position() < position && fill()) {
                at = (int) Math.min(position - start, filled);
            }
        }
    }

    /** Fills the used-up buffer with the next bytes; false at the end. */
    private boolean fill() throws IOException {
        start += filled;
        at = 0;
        filled = 0;
        ByteBuffer into = ByteBuffer.wrap(buffer);
        int got;
        do {
            got = readInto(into);
        } while (got == 0);
        filled = Math.max(got, 0);
        return filled > 0;
    }

    private int readInto(ByteBuffer into) throws IOException {
        try {
            return channel.read(into);
        } catch (IOException e) {
            throw FileFailure.named(name, e);
        }
    }

    /** The next byte, 0 to 255; -1 at the end. */
    public int read() throws IOException {
        return at < filled || fill() ? buffer[at++] & 0xFF : -1;
    }

    /**
     * Reads bytes.
     *
     * @return the number of bytes read, which is less than {@code count} only at the end
     */
    public int read(byte[] into, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, into.length);
        int done = 0;
        while (done < count && (at < filled || fill())) {
            int n = Math.min(count - done, filled - at);
            System.arraycopy(buffer, at, into, from + done, n);
            at += n;
            done += n;
        }
        return done;
    }

    /**
     * The next bytes as a new array.
     *
     * @param count number of bytes; keep it small, because the array is allocated before reading
     * @throws EOFException if the source ends earlier
     */
    public byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        int got = read(bytes, 0, count);
        if (got < count) {
            throw new EOFException(
                    name + ": it ends after " + got + " of " + count + " bytes from byte " + (position() - got));
        }
        return bytes;
    }

    /** The next {@code count} bytes, or fewer at the end, without moving past them. */
    public byte[] peek(int count) throws IOException {
        if (count > BUFFER / 2) {
            throw new IllegalArgumentException("peek at " + count + " bytes; at most " + BUFFER / 2);
        }
        if (filled - at < count) {
            System.arraycopy(buffer, at, buffer, 0, filled - at);
            start += at;
            filled -= at;
            at = 0;
            ByteBuffer into = ByteBuffer.wrap(buffer, filled, BUFFER - filled);
            while (filled < count && readInto(into) >= 0) {
                filled = into.position();
            }
        }
        return Arrays.copyOfRange(buffer, at, at + Math.min(count, filled - at));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
