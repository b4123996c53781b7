package org.unmute.events.detection;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.unmute.events.recording.HashingChannel.Beginning;
import org.unmute.files.Journal;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.files.WrittenFiles;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.event.Event;
import org.unmute.probes.event.TaggerState;

/**
 * The progress of reading a recording, and its events so far, as an append-only file that exists while the recording is
 * being read. Each block consists of its length, its bytes, and a CRC-32 that covers the previous block's CRC-32 and
 * this block. The first block identifies the recording. The others hold events in the order in which they were decided
 * and a {@link Note}, which is absent from some blocks if there are many events. Anything after the last complete block
 * with a note is ignored.
 */
public final class ReadingLog implements AutoCloseable {
    private static final String PREFIX = "reading-";
    private static final byte[] MAGIC = "unmute reading 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_BLOCK = 1 << 24;
    private static final int EVENTS_TOGETHER = 1 << 14;
    private static final int SHA256_LETTERS = 64;
    private static final int NOTE_BYTES = 1 + 3 * Long.BYTES + SHA256_LETTERS + Integer.BYTES;
    private static final int PENDING_BYTES = EventCodec.BYTES + 2;
    private final Path file;
    private final byte[] head;
    private final List<Event> events = new ArrayList<>();
    /** Null while there is no file. */
    private Journal journal;

    private Note last;
    private long end;
    /** Checksum of the last block. */
    private int sum;

    private String problem;

    /**
     * A point from which to resume.
     *
     * @param size      size of the recording's file, in bytes
     * @param beginning start of that file, covering all bytes needed so far; for a part of a file, the whole file
     * @param state     state of the tagger
     */
    public record Note(long size, Beginning beginning, TaggerState state) {}

    /** Receives the content of blocks. */
    private interface Reader {
        void take(Note note, List<Event> events) throws IOException;
    }

    /** Thrown if a file has damage that cannot come from a killed process. */
    private static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }

    private ReadingLog(Path file, byte[] head) {
        this.file = file;
        this.head = head;
    }

    /**
     * Opens the notes on a recording without creating a file yet.
     *
     * @param state folder that holds the files
     */
    public static ReadingLog open(Path state, AudioClip clip) throws IOException {
        ReadingLog log = new ReadingLog(file(state, clip.id()), head(clip));
        if (RegularFile.exists(log.file)) {
            log.openFile();
            try {
                log.recover();
            } catch (IOException | RuntimeException e) {
                log.journal.close();
                throw e;
            }
        }
        return log;
    }

    /** The files of recordings that were not read to their end. */
    static List<Path> filesIn(Path state) throws IOException {
        try (var files = Files.newDirectoryStream(state, PREFIX + "*.log")) {
            List<Path> all = new ArrayList<>();
            files.forEach(all::add);
            all.sort(null);
            return all;
        }
    }

    /** The file with the notes on a recording. */
    public static Path file(Path state, String id) {
        return state.resolve(PREFIX + Sha256.of(id).substring(0, 32) + ".log");
    }

    private static byte[] head(AudioClip clip) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(clip.id().getBytes(StandardCharsets.UTF_8));
        out.writeDouble(clip.start());
        out.writeDouble(clip.end());
        return bytes.toByteArray();
    }

    /** Whether a file has damage that cannot come from a killed process. Changes nothing. */
    public static boolean isDamaged(Path file) throws IOException {
        ReadingLog log = new ReadingLog(file, null);
        try (Journal journal = Journal.reading(file)) {
            log.journal = journal;
            log.scan((_, _) -> {});
            return false;
        } catch (DamagedException e) {
            return true;
        }
    }

    private void openFile() throws IOException {
        WrittenFiles.changed(file);
        journal = Journal.open(file, EventJournal.AT_RISK);
    }

    private void recover() throws IOException {
        try {
            scan((note, _) -> last = note == null ? last : note);
        } catch (DamagedException e) {
            problem = e.getMessage();
            last = null;
        }
        if (last == null) {
            restart();
        } else {
            journal.cutTo(end);
        }
    }

    /** Reads the complete blocks; afterwards {@link #end} and {@link #sum} are those of the last note. */
    private void scan(Reader reader) throws IOException {
        end = 0;
        sum = 0;
        if (journal.size() < MAGIC.length) {
            return;
        }
        BlockReader in = new BlockReader(journal, 0);
        if (!Arrays.equals(MAGIC, in.bytes(MAGIC.length))) {
            throw new DamagedException("it is of another version of unmute, or its first bytes are damaged");
        }
        boolean first = true;
        int before = 0;
        try {
            while (in.hasMore()) {
                long at = in.position();
                in.begin(before);
                int length = in.number();
                if (length < 0 || length > MAX_BLOCK) {
                    throw new DamagedException("a block of " + length + " bytes begins at byte " + at);
                }
                ByteBuffer block = ByteBuffer.wrap(in.bytes(length));
                before = in.sum();
                if (in.number() != before) {
                    throw new DamagedException("the checksum of the block at byte " + at + " does not match");
                }
                if (first) {
                    if (head != null && !block.equals(ByteBuffer.wrap(head))) {
                        return; // the notes belong to another part of the file
                    }
                    first = false;
                } else if (parse(block, reader)) {
                    end = in.position();
                    sum = before;
                }
            }
        } catch (EOFException e) {
            // The last block is unfinished.
        }
    }

    /** The checksum of a block and all blocks before it. */
    private static int checksum(int before, byte[] block, int length) {
        CRC32 crc = new CRC32();
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, before));
        crc.update(block, 0, length);
        return (int) crc.getValue();
    }

    /** Parses a block and returns whether it holds a note. */
    private static boolean parse(ByteBuffer in, Reader reader) throws IOException {
        try {
            Note note = in.get() == 0 ? null : note(in);
            List<Event> events = new ArrayList<>();
            while (in.hasRemaining()) {
                events.add(EventCodec.read(in));
            }
            reader.take(note, events);
            return note != null;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new DamagedException("a block holds no note: " + e.getMessage());
        }
    }

    private static Note note(ByteBuffer in) {
        long size = in.getLong();
        long bytes = in.getLong();
        byte[] sha256 = new byte[SHA256_LETTERS];
        in.get(sha256);
        long decided = in.getLong();
        List<TaggerState.Pending> pending = new ArrayList<>();
        for (int n = in.getInt(); n > 0; n--) {
            pending.add(new TaggerState.Pending(EventCodec.read(in), in.get() != 0, in.get() != 0));
        }
        Beginning beginning = new Beginning(bytes, new String(sha256, StandardCharsets.US_ASCII));
        return new Note(size, beginning, new TaggerState(decided, pending));
    }

    /** The point from which to resume; null if nothing was noted. */
    Note last() {
        return last;
    }

    /** What is wrong with the existing file, which is then not used; null if nothing is. */
    String problem() {
        return problem;
    }

    /** Passes on the events up to the last note. */
    void events(Consumer<Event> taker) throws IOException {
        List<Event> since = new ArrayList<>();
        scan((note, some) -> {
            since.addAll(some);
            if (note != null) {
                since.forEach(taker);
                since.clear();
            }
        });
    }

    /** Discards the notes. */
    void restart() throws IOException {
        last = null;
        sum = 0;
        events.clear();
        if (journal != null) {
            journal.cutTo(0);
        }
    }

    /** Adds the next event. */
    public void add(Event event) {
        events.add(event);
        if (events.size() == EVENTS_TOGETHER) {
            try {
                write(null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Adds a note; all events up to its state have been added. */
    public void take(Note note) throws IOException {
        write(note);
    }

    private void write(Note note) throws IOException {
        if (journal == null) {
            openFile();
        }
        if (journal.size() == 0) {
            ByteBuffer first = block(head);
            journal.append(ByteBuffer.allocate(MAGIC.length + first.limit())
                    .put(MAGIC)
                    .put(first)
                    .flip());
        }
        int pending = note == null ? 0 : note.state().pending().size();
        ByteBuffer bytes = ByteBuffer.allocate(NOTE_BYTES + pending * PENDING_BYTES + events.size() * EventCodec.BYTES);
        bytes.put((byte) (note == null ? 0 : 1));
        if (note != null) {
            bytes.putLong(note.size()).putLong(note.beginning().bytes());
            bytes.put(note.beginning().sha256().getBytes(StandardCharsets.US_ASCII));
            bytes.putLong(note.state().decided()).putInt(pending);
            for (TaggerState.Pending p : note.state().pending()) {
                EventCodec.write(p.event(), bytes);
                bytes.put((byte) (p.open() ? 1 : 0)).put((byte) (p.exceeded() ? 1 : 0));
            }
        }
        events.forEach(event -> EventCodec.write(event, bytes));
        events.clear();
        journal.append(block(Arrays.copyOf(bytes.array(), bytes.position())));
    }

    private ByteBuffer block(byte[] body) {
        ByteBuffer block = ByteBuffer.allocate(body.length + 2 * Integer.BYTES);
        block.putInt(body.length).put(body);
        sum = checksum(sum, block.array(), block.position());
        return block.putInt(sum).flip();
    }

    /** Whether the file exists. */
    boolean exists() {
        return journal != null;
    }

    /** Deletes the file, once the recording is in the journal or cannot be read. */
    void delete() throws IOException {
        close();
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        if (journal != null) {
            journal.close();
        }
    }
}
