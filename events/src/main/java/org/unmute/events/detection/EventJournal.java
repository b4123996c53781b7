package org.unmute.events.detection;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.unmute.data.MalformedTableException;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;
import org.unmute.files.WrittenFiles;
import org.unmute.probes.event.Event;

/**
 * The results of a run as an append-only file, from which all tables are made. Each recording is a block: length and
 * bytes of its {@link RecordingResult}, its events in order as encoded by {@link EventCodec}, and the CRC-32 of all
 * that. When the file is opened, a block that a killed process left unfinished is cut off, and so is everything from a
 * damaged block on. If a recording has several blocks, the last one counts.
 */
public final class EventJournal implements AutoCloseable {
    private static final byte[] MAGIC = "unmute events 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int BUFFER = 1 << 16;
    private static final int MAX_HEAD = 1 << 24;
    /** A power failure loses at most this much work; a killed process loses none. */
    private static final long FORCE_NANOS = 5_000_000_000L;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Entry> entries = new HashMap<>();
    private long lost;
    /** Whether blocks may be added. */
    private boolean writes;
    /** Whether a block is damaged rather than just unfinished. */
    private boolean changed;

    private long forced = System.nanoTime();

    /** A source of events in order. */
    public interface Source {
        /** Passes each event to a taker. */
        void forEach(DetectionFolder.Taker events) throws IOException;
    }

    /** A block: its result and the position of its events. */
    private record Entry(RecordingResult result, long from) {}

    private EventJournal(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a file and creates it if needed.
     *
     * @throws InputException if another version of the program wrote it
     */
    public static EventJournal open(Path file) throws IOException {
        WrittenFiles.changed(file);
        EventJournal journal =
                opened(file, true, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        TemporaryFile.forceFolder(file.toAbsolutePath().getParent());
        return journal;
    }

    private static EventJournal opened(Path file, boolean writes, StandardOpenOption... options) throws IOException {
        FileChannel channel = RegularFile.open(file, options);
        try {
            EventJournal journal = new EventJournal(file, channel);
            journal.writes = writes;
            return FileFailure.naming(file, journal::recover);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Bytes of unfinished or damaged blocks that were cut off. */
    public long lost() {
        return lost;
    }

    /** The result of a recording; null if there is none. */
    public RecordingResult find(String id) {
        Entry entry = entries.get(id);
        return entry == null ? null : entry.result;
    }

    /** The ids of all recordings with a result. */
    public Set<String> ids() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** Opens a file for reading, as {@link #open} does, without changing it. */
    public static EventJournal reading(Path file) throws IOException {
        return opened(file, false, StandardOpenOption.READ);
    }

    /**
     * Reads a file to the last byte without changing it.
     *
     * @throws InputException if another version of the program wrote it
     */
    static DetectionState inspect(Path file, List<Path> damagedNotes) throws IOException {
        try (EventJournal journal = reading(file)) {
            long events = journal.entries.values().stream()
                    .mapToLong(entry -> entry.result.events())
                    .sum();
            return new DetectionState(journal.entries.size(), events, journal.lost, journal.changed, damagedNotes);
        }
    }

    private EventJournal recover() throws IOException {
        long size = channel.size();
        long end = scan(size);
        lost = size - end;
        if (!writes) {
            return this;
        }
        channel.truncate(end);
        channel.position(end);
        if (end == 0) {
            write(ByteBuffer.wrap(MAGIC));
        }
        return this;
    }

    /** Reads all complete blocks and returns the end of the last one. */
    private long scan(long size) throws IOException {
        Reader reader = new Reader(0, size);
        long end = 0;
        if (size < MAGIC.length) {
            return end;
        }
        byte[] magic = reader.bytes(MAGIC.length);
        requireOwnVersion(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            changed = true;
            return end;
        }
        end = MAGIC.length;
        try {
            while (reader.position() < size) {
                reader.crc.reset();
                RecordingResult result = head(reader);
                long from = reader.position();
                if (result.events() < 0 || result.events() > (size - from) / EventCodec.BYTES) {
                    break;
                }
                reader.skip(result.events() * EventCodec.BYTES);
                int crc = (int) reader.crc.getValue();
                if (reader.number() != crc) {
                    changed = true;
                    break;
                }
                entries.put(result.id(), new Entry(result, from));
                end = reader.position();
            }
        } catch (EOFException e) {
            // The last block is unfinished, or a block is damaged.
        }
        return end;
    }

    /** Rejects files of another version: they are not damaged and must not be cut off. */
    private void requireOwnVersion(byte[] magic) throws InputException {
        String text = new String(magic, StandardCharsets.US_ASCII);
        if (text.matches("unmute events [2-9]\n")) {
            throw new InputException("detect: " + file + " was written by another version of unmute, as '"
                    + text.strip() + "': go on with that version, or delete the folder to find all events again");
        }
    }

    /**
     * Adds a recording.
     *
     * @param source supplies as many events as {@link RecordingResult#events} says
     */
    public void append(RecordingResult result, Source source) throws IOException {
        long begun = channel.size();
        try {
            channel.position(begun);
            Block block = new Block();
            block.bytes(result.encode());
            long from = begun + block.length;
            source.forEach(block::event);
            block.end();
            entries.put(result.id(), new Entry(result, from));
        } catch (IOException e) {
            cutOff(begun, e);
            throw FileFailure.named(file, e);
        } catch (RuntimeException | Error e) {
            cutOff(begun, e);
            throw e;
        }
        if (System.nanoTime() - forced >= FORCE_NANOS) {
            force();
        }
    }

    private void cutOff(long end, Throwable failure) {
        try {
            channel.truncate(end);
        } catch (IOException e) {
            failure.addSuppressed(e); // the next run cuts the block off
        }
    }

    /** Waits until all recordings are on the storage device. */
    void force() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw FileFailure.named(file, e);
        }
        forced = System.nanoTime();
    }

    /**
     * Passes on the events of a recording in order.
     *
     * @throws InputException if an event is invalid although its checksum matches
     */
    public void events(String id, DetectionFolder.Taker events) throws IOException {
        Entry entry = entries.get(id);
        Reader reader = new Reader(entry.from, channel.size());
        for (long i = 0; i < entry.result.events(); i++) {
            events.accept(event(reader, id));
        }
    }

    private Event event(Reader reader, String id) throws IOException {
        ByteBuffer bytes = reader.need(EventCodec.BYTES);
        try {
            return EventCodec.read(bytes);
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    "detect: " + file + " has an event of " + MalformedTableException.quote(id) + " that is none ("
                            + e.getMessage() + "): delete the folder to find all events again",
                    e);
        }
    }

    private RecordingResult head(Reader reader) throws IOException {
        int length = reader.number();
        if (length < 0 || length > MAX_HEAD) {
            changed = true;
            throw new EOFException("length of a block: " + length);
        }
        byte[] bytes = reader.bytes(length);
        try {
            return RecordingResult.decode(bytes);
        } catch (IOException e) {
            // Damage, which the checksum would show too. A failure to read the file, in contrast, must not cut anything
            // off.
            changed = true;
            throw new EOFException("a block is damaged: " + e.getMessage());
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** A block while it is being written. */
    private final class Block {
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        private final CRC32 crc = new CRC32();
        private long length;

        void bytes(byte[] bytes) throws IOException {
            flush();
            crc.update(bytes);
            length += bytes.length;
            write(ByteBuffer.wrap(bytes));
        }

        void event(Event event) throws IOException {
            if (buffer.remaining() < EventCodec.BYTES) {
                flush();
            }
            EventCodec.write(event, buffer);
        }

        private void flush() throws IOException {
            buffer.flip();
            crc.update(buffer.duplicate());
            length += buffer.remaining();
            write(buffer);
            buffer.clear();
        }

        void end() throws IOException {
            flush();
            write(ByteBuffer.allocate(Integer.BYTES).putInt(0, (int) crc.getValue()));
        }
    }

    /** Reads sequentially from a position, without using the channel's position. */
    private final class Reader {
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
        private final CRC32 crc = new CRC32();
        private final long end;
        private long next;

        Reader(long from, long end) {
            next = from;
            this.end = end;
        }

        long position() {
            return next - buffer.remaining();
        }

        /** The buffer, filled with at least this many bytes. */
        ByteBuffer need(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                buffer.compact();
                while (buffer.position() < bytes) {
                    buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + (end - next)));
                    int n = buffer.hasRemaining() ? read() : -1;
                    if (n < 0) {
                        throw new EOFException("the events end early");
                    }
                    next += n;
                }
                buffer.flip();
            }
            return buffer;
        }

        private int read() throws IOException {
            try {
                return channel.read(buffer, next);
            } catch (IOException e) {
                throw FileFailure.named(file, e);
            }
        }

        private void counted(int bytes) {
            crc.update(buffer.duplicate().limit(buffer.position() + bytes));
        }

        int number() throws IOException {
            need(Integer.BYTES);
            counted(Integer.BYTES);
            return buffer.getInt();
        }

        byte[] bytes(int count) throws IOException {
            if (count > end - position()) {
                throw new EOFException("the events end early");
            }
            byte[] all = new byte[count];
            for (int done = 0; done < count; ) {
                need(1);
                int n = Math.min(count - done, buffer.remaining());
                counted(n);
                buffer.get(all, done, n);
                done += n;
            }
            return all;
        }

        void skip(long count) throws IOException {
            for (long left = count; left > 0; ) {
                need(1);
                int n = (int) Math.min(left, buffer.remaining());
                counted(n);
                buffer.position(buffer.position() + n);
                left -= n;
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (writes) {
                force();
            }
        }
    }
}
