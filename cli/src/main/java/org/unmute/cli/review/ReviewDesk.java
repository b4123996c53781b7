package org.unmute.cli.review;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.unmute.cli.review.ReviewMaterial.Asked;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.ReviewedEvent.Key;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ReviewQueue.Choice;

/**
 * Hands events to windows and takes their verdicts. An event is handed to one window at a time. A verdict names the one
 * that its window saw; if there is a newer one by then, it is not stored. Thread-safe.
 */
final class ReviewDesk {
    /** Time after which a window without a sign of life loses its event. */
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    private static final int MAX_WINDOWS = 64;

    private final ReviewMaterial material;
    private final VerdictJournal journal;
    private final LongSupplier nanos;
    private final Map<String, Window> windows = new HashMap<>();
    private final Map<String, Asked> asked = new HashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final Map<Key, Standing> standing = new HashMap<>();

    /** A page that is open in a browser. */
    private static final class Window {
        private final Set<Key> passed = new HashSet<>();
        private final Deque<Long> given = new ArrayDeque<>();
        private Key event;
        private long lastSeen;
    }

    /** The verdict that counts for an event. */
    record Standing(long number, Verdict verdict) {}

    /** A verdict was not stored, because there is a newer one by now; null if there is none. */
    static final class ConflictException extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Standing other;

        ConflictException(Standing other) {
            super("another window judged this event meanwhile");
            this.other = other;
        }

        Standing other() {
            return other;
        }
    }

    /** @param nanos a clock, see {@link System#nanoTime} */
    ReviewDesk(ReviewMaterial material, VerdictJournal journal, LongSupplier nanos) {
        this.material = material;
        this.journal = journal;
        this.nanos = nanos;
        update();
    }

    private void update() {
        standing.clear();
        journal.log().numbered().forEach((n, v) -> standing.put(v.event().key(), new Standing(n, v)));
    }

    /** Names an event in addresses. */
    private static String id(Key key) {
        return EventId.of(key);
    }

    private Window window(String name) {
        if (!windows.containsKey(name) && windows.size() >= MAX_WINDOWS) {
            windows.values().stream()
                    .mapToLong(w -> w.lastSeen)
                    .min()
                    .ifPresent(oldest -> windows.values().removeIf(w -> w.lastSeen == oldest));
        }
        Window window = windows.computeIfAbsent(name, n -> new Window());
        window.lastSeen = nanos.getAsLong();
        return window;
    }

    /** Notes that a window is still open. */
    synchronized void alive(String window) {
        window(window);
    }

    /** Gives the event of a window that closes to others. */
    synchronized void leave(String window) {
        windows.remove(window);
    }

    private boolean isFree(Key key, Window own) {
        long now = nanos.getAsLong();
        for (Window other : windows.values()) {
            if (other != own && key.equals(other.event) && now - other.lastSeen < PATIENCE_NANOS) {
                return false;
            }
        }
        return true;
    }

    /**
     * The next event for a window, which is its own until it gets another one.
     *
     * @param label the class; null for all
     */
    synchronized Optional<Asked> ask(String window, Choice choice, String label) {
        Window own = window(window);
        own.event = null;
        Optional<Asked> next = material.next(
                choice,
                label,
                event -> !standing.containsKey(event.key())
                        && !own.passed.contains(event.key())
                        && !missing.containsKey(event.recording())
                        && isFree(event.key(), own),
                journal.log());
        next.ifPresent(a -> {
            own.event = a.event().key();
            asked.put(id(a.event().key()), a);
        });
        return next;
    }

    /** An event that was handed out before; the window gets it unless another one has it. */
    synchronized Optional<Asked> reopen(String window, String event) {
        Window own = window(window);
        Asked known = asked.get(event);
        if (known != null && isFree(known.event().key(), own)) {
            own.event = known.event().key();
        }
        return Optional.ofNullable(known);
    }

    /** An event that was handed out; empty if there was none of this name. */
    synchronized Optional<Asked> known(String event) {
        return Optional.ofNullable(asked.get(event));
    }

    /** Passes over an event in a window. */
    synchronized void pass(String window, ReviewedEvent event) {
        window(window).passed.add(event.key());
    }

    /** Whether events were skipped in a window. */
    synchronized boolean hasPassed(String window) {
        return !window(window).passed.isEmpty();
    }

    /** Asks a window again about events that were skipped. */
    synchronized void restart(String window) {
        window(window).passed.clear();
    }

    /** The verdict that stands for an event; null if there is none. */
    synchronized Standing standing(ReviewedEvent event) {
        return standing.get(event.key());
    }

    /** The verdicts that stand. */
    VerdictLog log() {
        return journal.log();
    }

    /**
     * Stores a verdict.
     *
     * @param seen number of the verdict that the window saw; 0 for none
     * @throws ConflictException if there is a newer one
     * @throws IOException if it cannot be written
     */
    synchronized Standing judge(String window, long seen, Verdict verdict) throws ConflictException, IOException {
        Window own = window(window);
        Standing now = standing.get(verdict.event().key());
        if ((now == null ? 0 : now.number()) != seen) {
            throw new ConflictException(now);
        }
        long number = journal.add(verdict);
        own.given.push(number);
        Standing stored = new Standing(number, verdict);
        standing.put(verdict.event().key(), stored);
        return stored;
    }

    /**
     * Undoes the last verdict of a window. A new window, if it is the only one, undoes the last verdict of all.
     *
     * @return the verdict; empty if there is none
     * @throws ConflictException if another window has judged the event since
     * @throws IOException if that cannot be written
     */
    synchronized Optional<Verdict> undo(String window) throws ConflictException, IOException {
        Window own = window(window);
        Map<Long, Verdict> all = journal.log().numbered();
        while (!own.given.isEmpty() && !all.containsKey(own.given.peek())) {
            own.given.pop();
        }
        long number = own.given.isEmpty() ? lastOfAll(own, all) : own.given.peek();
        if (number == 0) {
            return Optional.empty();
        }
        Verdict last = all.get(number);
        Standing now = standing.get(last.event().key());
        if (now.number() != number) {
            own.given.pop();
            throw new ConflictException(now);
        }
        Optional<Verdict> undone = journal.undo(number);
        if (!own.given.isEmpty()) {
            own.given.pop();
        }
        update();
        asked.computeIfAbsent(
                id(last.event().key()), i -> new Asked(last.event(), last.draw(), "a verdict that was undone"));
        return undone;
    }

    private long lastOfAll(Window own, Map<Long, Verdict> all) {
        long now = nanos.getAsLong();
        boolean alone = windows.values().stream().noneMatch(w -> w != own && now - w.lastSeen < PATIENCE_NANOS);
        long last = 0;
        for (Iterator<Long> i = all.keySet().iterator(); alone && i.hasNext(); ) {
            last = i.next();
        }
        return last;
    }

    /** Passes over all events of a recording. */
    synchronized void lose(String recording, String reason) {
        missing.putIfAbsent(recording, reason);
    }

    /** Looks for all recordings again. */
    synchronized void findAgain() {
        missing.clear();
    }

    /** Recordings whose events cannot be shown, with the reason. */
    synchronized Map<String, String> missing() {
        return new LinkedHashMap<>(missing);
    }
}
