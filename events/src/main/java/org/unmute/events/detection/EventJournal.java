package org.unmute.events.detection;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.unmute.data.MalformedTableException;
import org.unmute.files.InputException;
import org.unmute.files.Journal;
import org.unmute.files.LittleEndian;
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
    static final Duration AT_RISK = Duration.ofSeconds(5);

    private final Journal journal;
    private final Map<String, Entry> entries = new HashMap<>();
    private long lost;
    /** Whether blocks may be added. */
    private final boolean writes;
    /** Whether a block is damaged rather than just unfinished. */
    private boolean changed;

    /** A source of events in order. */
    public interface Source {
        /** Passes each event to a taker. */
        void forEach(DetectionFolder.Taker events) throws IOException;
    }

    /** A block: its result and the position of its events. */
    private record Entry(RecordingResult result, long from) {}

    private EventJournal(Journal journal, boolean writes) {
        this.journal = journal;
        this.writes = writes;
    }

    /**
     * Opens a file and creates it if needed.
     *
     * @throws InputException if another version of the program wrote it
     */
    public static EventJournal open(Path file) throws IOException {
        WrittenFiles.changed(file);
        return opened(Journal.open(file, AT_RISK), true);
    }

    private static EventJournal opened(Journal file, boolean writes) throws IOException {
        try {
            EventJournal journal = new EventJournal(file, writes);
            journal.recover();
            return journal;
        } catch (IOException | RuntimeException e) {
            file.close();
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
        return opened(Journal.reading(file), false);
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

    private void recover() throws IOException {
        long end = scan();
        lost = journal.size() - end;
        if (writes) {
            journal.cutTo(end);
            if (end == 0) {
                journal.append(ByteBuffer.wrap(MAGIC));
            }
        }
    }

    /** Reads all complete blocks and returns the end of the last one. */
    private long scan() throws IOException {
        long end = 0;
        if (journal.size() < MAGIC.length) {
            return end;
        }
        BlockReader reader = new BlockReader(journal, 0);
        byte[] magic = reader.bytes(MAGIC.length);
        requireOwnVersion(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            changed = true;
            return end;
        }
        end = MAGIC.length;
        try {
            while (reader.hasMore()) {
                reader.begin();
                RecordingResult result = head(reader);
                long from = reader.position();
                if (result.events() < 0 || result.events() > (journal.size() - from) / EventCodec.BYTES) {
                    break;
                }
                reader.skip(result.events() * EventCodec.BYTES);
                int crc = reader.sum();
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
            throw new InputException("detect: " + journal.file() + " was written by another version of unmute, as '"
                    + text.strip() + "': go on with that version, or delete the folder to find all events again");
        }
    }

    /**
     * Adds a recording.
     *
     * @param source supplies as many events as {@link RecordingResult#events} says
     */
    public void append(RecordingResult result, Source source) throws IOException {
        long begun = journal.size();
        byte[] head = result.encode();
        journal.append(out -> {
            Block block = new Block(out, head);
            source.forEach(block::event);
            block.end();
        });
        entries.put(result.id(), new Entry(result, begun + head.length));
    }

    /** Waits until all recordings are on the storage device. */
    void force() throws IOException {
        journal.force();
    }

    /**
     * Passes on the events of a recording in order.
     *
     * @throws InputException if an event is invalid although its checksum matches
     */
    public void events(String id, DetectionFolder.Taker events) throws IOException {
        Entry entry = entries.get(id);
        BlockReader reader = new BlockReader(journal, entry.from);
        for (long i = 0; i < entry.result.events(); i++) {
            events.accept(event(reader, id));
        }
    }

    private Event event(BlockReader reader, String id) throws IOException {
        ByteBuffer bytes = reader.need(EventCodec.BYTES);
        try {
            return EventCodec.read(bytes);
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    "detect: " + journal.file() + " has an event of " + MalformedTableException.quote(id)
                            + " that is none (" + e.getMessage() + "): delete the folder to find all events again",
                    e);
        }
    }

    private RecordingResult head(BlockReader reader) throws IOException {
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

    /** A block while it is being written. */
    private static final class Block {
        private final FileChannel out;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        private final CRC32 crc = new CRC32();

        Block(FileChannel out, byte[] head) throws IOException {
            this.out = out;
            write(ByteBuffer.wrap(head));
        }

        private void write(ByteBuffer bytes) throws IOException {
            crc.update(bytes.duplicate());
            LittleEndian.writeFully(out, bytes);
        }

        void event(Event event) throws IOException {
            if (buffer.remaining() < EventCodec.BYTES) {
                write(buffer.flip());
                buffer.clear();
            }
            EventCodec.write(event, buffer);
        }

        void end() throws IOException {
            write(buffer.flip());
            write(ByteBuffer.allocate(Integer.BYTES).putInt(0, (int) crc.getValue()));
        }
    }

    @Override
    public void close() throws IOException {
        try (journal) {
            if (writes) {
                force();
            }
        }
    }
}
