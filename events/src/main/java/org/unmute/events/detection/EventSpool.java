package org.unmute.events.detection;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.unmute.files.FileFailure;
import org.unmute.files.TemporaryFile;
import org.unmute.probes.event.Event;

/**
 * Sorts the events of a recording. They arrive when they are decided, so a long one may come after shorter ones that
 * began later. At most {@value #MAX_HELD} events are held in memory; sorted runs of that size are written to a file and
 * merged.
 */
final class EventSpool implements AutoCloseable {
    private static final int MAX_HELD = 1 << 16;
    private static final int READ_TOGETHER = 256;

    private final Path name;
    private final int maxHeld;
    private final List<Event> held = new ArrayList<>();
    /** End of each run in the file. */
    private final List<Long> ends = new ArrayList<>();

    private TemporaryFile file;
    private FileChannel channel;
    private long count;

    /** @param name name prefix of the {@link TemporaryFile} */
    EventSpool(Path name) {
        this(name, MAX_HELD);
    }

    EventSpool(Path name, int maxHeld) {
        this.name = name;
        this.maxHeld = maxHeld;
    }

    /** Adds an event. */
    void add(Event event) {
        held.add(event);
        count++;
        if (held.size() == maxHeld) {
            try {
                spill();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    long count() {
        return count;
    }

    private void spill() throws IOException {
        if (channel == null) {
            file = TemporaryFile.create(name);
            channel = file.channel();
        }
        held.sort(EventCodec.ORDER);
        ByteBuffer buffer = ByteBuffer.allocate(READ_TOGETHER * EventCodec.BYTES);
        for (int i = 0; i < held.size(); i++) {
            EventCodec.write(held.get(i), buffer);
            if (!buffer.hasRemaining() || i == held.size() - 1) {
                buffer.flip();
                FileFailure.naming(name, () -> {
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                    return null;
                });
                buffer.clear();
            }
        }
        held.clear();
        ends.add(channel.position());
    }

    /** Passes on all events in order. */
    void forEach(DetectionFolder.Taker events) throws IOException {
        held.sort(EventCodec.ORDER);
        if (ends.isEmpty()) {
            for (Event event : held) {
                events.accept(event);
            }
            return;
        }
        spill();
        PriorityQueue<Run> runs = new PriorityQueue<>((a, b) -> EventCodec.ORDER.compare(a.head, b.head));
        long from = 0;
        for (long end : ends) {
            Run run = new Run(from, end);
            if (run.advance()) {
                runs.add(run);
            }
            from = end;
        }
        for (Run run; (run = runs.poll()) != null; ) {
            events.accept(run.head);
            if (run.advance()) {
                runs.add(run);
            }
        }
    }

    /** A sorted run in the file. */
    private final class Run {
        private final ByteBuffer buffer =
                ByteBuffer.allocate(READ_TOGETHER * EventCodec.BYTES).limit(0);
        private final long end;
        private long at;
        private Event head;

        Run(long from, long end) {
            at = from;
            this.end = end;
        }

        boolean advance() throws IOException {
            if (!buffer.hasRemaining()) {
                if (at == end) {
                    return false;
                }
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
                while (buffer.hasRemaining()) {
                    int n = FileFailure.naming(name, () -> channel.read(buffer, at));
                    if (n < 0) {
                        throw new EOFException("detect: " + name + " was cut off while it was read");
                    }
                    at += n;
                }
                buffer.flip();
            }
            head = EventCodec.read(buffer);
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
