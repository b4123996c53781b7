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
 * What the index of a job's folder says, compactly: 120 to 240 bytes a clip, so that the driver can hold millions.
 * Clips are known by 128 bits of their id's digest. Several threads may add at the same time, but
 * none may ask meanwhile.
 */
public final class KnownClips {
    /** What is known of a clip that is planned. */
    public enum Standing {
        /** It is in no part of the index. */
        NEW,
        /** It could not be used when it was tried. */
        FAILED,
        /** Another file or another part of it has this id. */
        CHANGED,
        /** Its file is not as it was when it was embedded, by size, time or ETag: {@link #hasAudio} decides. */
        TOUCHED,
        /** It is there, and its file has not been touched. */
        DONE
    }

    private static final int LONGS = 7;
    private static final int START = 1 << 10;

    /** A clip: two of its id, one of its place, one of its stamp, two of its audio's digest, one of its notes. */
    private long[] clips = new long[START * LONGS];
    /** Part of the index, plus 1; 0: nothing here; negative: with an error. */
    private int[] parts = new int[START];

    private int size;
    private final SortedSet<Integer> superseded = new TreeSet<>();

    KnownClips() {}

    /** Number of clips in the index. */
    public int size() {
        return size;
    }

    /** Parts of the index with rows that no longer count, since a later part has the same clip. */
    SortedSet<Integer> superseded() {
        return superseded;
    }

    /**
     * What is remembered of a row of the index.
     *
     * @param place of {@link #place}
     * @param notes of {@link #notes}
     */
    record Entry(String clip, long place, String stamp, String sha256, long notes) {
        private long[] row() {
            return KnownClips.row(clip, place, stamp, sha256, notes);
        }
    }

    /** Adds a row; of rows of one clip that of the part with the highest number counts. */
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

    /** Number of the part that has the row of a clip; -1 if there is none. */
    int part(String clip) {
        long[] id = halves(digest(clip));
        return Math.abs(parts[find(clips, parts, id[0], id[1])]) - 1;
    }

    /** What is known of a planned clip. */
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
     * Whether a clip that is known was made of this audio.
     *
     * @param sha256 of its file as it is now, lower-case hexadecimal; null if it cannot be read
     */
    public boolean hasAudio(PlannedClip clip, String sha256) {
        if (sha256 == null) {
            return false;
        }
        long[] row = row(clip.clip(), 0, null, sha256, 0);
        int at = find(clips, parts, row[0], row[1]);
        return parts[at] > 0 && Arrays.equals(clips, at * LONGS + 4, at * LONGS + 6, row, 4, 6);
    }

    /** Whether the row of a clip has the labels and the split that are planned. What is not planned does not count. */
    public boolean hasNotes(PlannedClip clip) {
        long[] id = halves(digest(clip.clip()));
        long notes = clips[find(clips, parts, id[0], id[1]) * LONGS + 6];
        return (clip.labels() == null || (int) (notes >>> 32) == note(clip.labels()))
                && (clip.split() == null || (int) notes == note(clip.split()));
    }

    /** What tells labels and splits apart. */
    static long notes(String labels, String split) {
        return (long) note(labels) << 32 | note(split) & 0xffff_ffffL;
    }

    private static int note(String text) {
        return text == null ? 0 : (int) halves(digest(text))[0];
    }

    /** What tells clips of one id apart: their file and their part of it. */
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

    /** The place of an id, or the free place where it belongs. */
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
