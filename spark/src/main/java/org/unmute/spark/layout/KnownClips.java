package org.unmute.spark.layout;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SortedSet;
import java.util.TreeSet;
import org.unmute.files.Sha256;
import org.unmute.spark.plan.PlannedClip;

/**
 * A compact form of a job's index, 120 to 240 bytes for each clip, so that the driver can hold millions of clips. Clips
 * are identified by 128 bits of the digest of their ids. Several threads may add at the same time, but none may query
 * meanwhile.
 */
public final class KnownClips {
    /** The state of a planned clip in the index. */
    public enum Standing {
        /** The index has no row of the clip. */
        NEW,
        /** The clip could not be used when it was tried. */
        FAILED,
        /** In the index, the id belongs to another file or another part of a file. */
        CHANGED,
        /**
         * The size, time or ETag of the clip's file has changed since the clip was embedded: {@link #hasAudio} decides.
         */
        TOUCHED,
        /** The clip is in the index, and its file has not been touched. */
        DONE
    }

    private static final int LONGS = 7;
    private static final int START = 1 << 10;

    /**
     * Seven values for each clip: two for its id, one for its place, one for its stamp, two for the digest of its
     * audio, one for its notes.
     */
    private long[] clips = new long[START * LONGS];
    /** Part of the index, plus 1; 0 for a free slot; negative for a row with an error. */
    private int[] parts = new int[START];

    private int size;
    private final SortedSet<Integer> superseded = new TreeSet<>();

    KnownClips() {}

    /** Number of clips in the index. */
    public int size() {
        return size;
    }

    /** Parts of the index with rows that no longer count, since a later part contains the same clip. */
    SortedSet<Integer> superseded() {
        return superseded;
    }

    /**
     * The values kept for a row of the index.
     *
     * @param place from {@link #place}
     * @param notes from {@link #notes}
     */
    record Entry(String clip, long place, String stamp, String sha256, long notes) {
        private long[] row() {
            return KnownClips.row(clip, place, stamp, sha256, notes);
        }
    }

    /** Adds a row. If a clip has several rows, the one in the part with the highest number counts. */
    void add(int part, Entry entry, boolean error) {
        add(part, entry.row(), error);
    }

    private synchronized void add(int part, long[] row, boolean error) {
        int at = find(clips, parts, row[0], row[1]);
        if (parts[at] == 0) {
            if (++size > parts.length / 2) {
                grow();
                at = find(clips, parts, row[0], row[1]);
            }
        } else {
            int other = Math.abs(parts[at]) - 1;
            if (part != other) {
                superseded.add(Math.min(part, other));
            }
            if (part < other) {
                return;
            }
        }
        System.arraycopy(row, 0, clips, at * LONGS, LONGS);
        parts[at] = error ? -(part + 1) : part + 1;
    }

    /** Number of the part that contains the row of a clip; -1 if there is none. */
    int part(String clip) {
        long[] id = halves(digest(clip));
        return Math.abs(parts[find(clips, parts, id[0], id[1])]) - 1;
    }

    /** The state of a planned clip. */
    public Standing of(PlannedClip clip) {
        long[] row = row(clip.clip(), place(clip.file(), clip.start(), clip.end()), clip.stamp(), null, 0);
        int at = find(clips, parts, row[0], row[1]);
        if (parts[at] <= 0) {
            return parts[at] == 0 ? Standing.NEW : Standing.FAILED;
        }
        if (clips[at * LONGS + 2] != row[2]) {
            return Standing.CHANGED;
        }
        return clips[at * LONGS + 3] == row[3] ? Standing.DONE : Standing.TOUCHED;
    }

    /**
     * Whether a known clip was embedded from this audio.
     *
     * @param sha256 digest of the clip's file as it is now, in lower-case hexadecimal; null if it cannot be read
     */
    public boolean hasAudio(PlannedClip clip, String sha256) {
        if (sha256 == null) {
            return false;
        }
        long[] row = row(clip.clip(), 0, null, sha256, 0);
        int at = find(clips, parts, row[0], row[1]);
        return parts[at] > 0 && Arrays.equals(clips, at * LONGS + 4, at * LONGS + 6, row, 4, 6);
    }

    /**
     * Whether the row of a clip has the planned labels and split. Labels or a split that the plan lacks are not
     * compared.
     */
    public boolean hasNotes(PlannedClip clip) {
        long[] id = halves(digest(clip.clip()));
        long notes = clips[find(clips, parts, id[0], id[1]) * LONGS + 6];
        return (clip.labels() == null || (int) (notes >>> 32) == note(clip.labels()))
                && (clip.split() == null || (int) notes == note(clip.split()));
    }

    /** A hash of labels and split. */
    static long notes(String labels, String split) {
        return (long) note(labels) << 32 | note(split) & 0xffff_ffffL;
    }

    private static int note(String text) {
        return text == null ? 0 : (int) halves(digest(text))[0];
    }

    /** A hash of a clip's file and its range in the file, which tells clips with the same id apart. */
    static long place(String file, double start, double end) {
        return halves(digest(file + '\0' + start + '\0' + end))[0];
    }

    private static long[] row(String clip, long place, String stamp, String sha256, long notes) {
        long[] id = halves(digest(clip));
        long[] audio = sha256 == null ? new long[2] : halves(HexFormat.of().parseHex(sha256));
        long ofStamp = stamp == null ? 0 : halves(digest(stamp))[0];
        return new long[] {id[0], id[1], place, ofStamp, audio[0], audio[1], notes};
    }

    private static byte[] digest(String text) {
        MessageDigest digest = Sha256.digest();
        return digest.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static long[] halves(byte[] digest) {
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new long[] {bytes.getLong(), bytes.getLong()};
    }

    /** The slot of an id, or the free slot where it belongs. */
    private static int find(long[] clips, int[] parts, long high, long low) {
        int mask = parts.length - 1;
        int at = (int) high & mask;
        while (parts[at] != 0 && (clips[at * LONGS] != high || clips[at * LONGS + 1] != low)) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        int places = Math.multiplyExact(parts.length, 2);
        long[] moreClips = new long[Math.multiplyExact(places, LONGS)];
        int[] moreParts = new int[places];
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] != 0) {
                int at = find(moreClips, moreParts, clips[i * LONGS], clips[i * LONGS + 1]);
                System.arraycopy(clips, i * LONGS, moreClips, at * LONGS, LONGS);
                moreParts[at] = parts[i];
            }
        }
        clips = moreClips;
        parts = moreParts;
    }
}
