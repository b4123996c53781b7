package org.unmute.spark.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.data.provenance.Units;

/**
 * Clips divided into shares for tasks, with totals. Shares have about equal cost and stay within {@link ShareBounds}.
 *
 * @param shares all clips, in their order
 * @param files number of files that the clips belong to
 * @param clips number of clips
 * @param seconds total length of all clips of known length
 * @param unknown number of clips of unknown length
 * @param windows number of windows that the encoder computes, if it uses windows
 * @param bytes size of the tokens, estimated from lengths
 */
public record SharePlan(
        List<TaskShare> shares, int files, int clips, double seconds, int unknown, long windows, long bytes) {
    public SharePlan {
        shares = List.copyOf(shares);
    }

    /**
     * Divides clips into shares. The same clips, bounds and size give the same shares.
     *
     * @param clips in the order in which they are to be read; clips of one file are adjacent
     * @param first number of the first share
     */
    public static SharePlan of(List<PlannedClip> clips, ShareBounds bounds, ClipSize size, int first) {
        Sharing sharing = new Sharing(clips, bounds, size, first);
        sharing.share();
        return sharing.plan();
    }

    private static final class Sharing {
        /** The fraction of a shard that a share is planned to fill. */
        private static final double FILLED = 0.95;
        /** Shares may exceed the requested length by up to this factor, rather than leave a short one at the end. */
        private static final double EXCESS = 1.5;

        private final List<PlannedClip> clips;
        private final ShareBounds bounds;
        private final ClipSize size;
        private final List<TaskShare> shares = new ArrayList<>();
        private final int first;
        private double cost;
        private double seconds;
        private int unknown;
        private long windows;
        private long bytes;

        Sharing(List<PlannedClip> clips, ShareBounds bounds, ClipSize size, int first) {
            this.clips = clips;
            this.bounds = bounds;
            this.size = size;
            this.first = first;
            for (PlannedClip clip : clips) {
                cost += size.cost(clip);
                windows += size.windows(clip);
                bytes = Math.addExact(bytes, size.bytes(clip));
                if (Double.isNaN(clip.seconds())) {
                    unknown++;
                } else {
                    seconds += clip.seconds();
                }
            }
        }

        private int wanted() {
            double bounded = Math.max(
                    // Some room in each shard, so that clips that do not fit do not add up to a small last share.
                    Math.max(bytes / (FILLED * bounds.bytes()), cost / bounds.seconds()),
                    (double) clips.size() / bounds.clips());
            double parallel = Math.min(bounds.tasks(), cost / ShareBounds.SHORTEST);
            return (int) Math.clamp(Math.ceil(Math.max(bounded, parallel)), 1, Math.max(1, clips.size()));
        }

        void share() {
            double left = cost;
            int sharesLeft = wanted();
            int from = 0;
            double held = 0;
            long heldBytes = 0;
            for (int i = 0; i < clips.size(); i++) {
                double own = size.cost(clips.get(i));
                long ownBytes = size.bytes(clips.get(i));
                double target = Math.min(EXCESS * bounds.seconds(), left / Math.max(1, sharesLeft));
                boolean full = heldBytes + ownBytes > bounds.bytes()
                        || i - from == bounds.clips()
                        || held + own / 2 > target; // closes the share at the sum that is closer to the target
                if (i > from && full) {
                    close(from, i);
                    left -= held;
                    sharesLeft--;
                    from = i;
                    held = 0;
                    heldBytes = 0;
                }
                held += own;
                heldBytes += ownBytes;
            }
            if (from < clips.size()) {
                close(from, clips.size());
            }
        }

        private void close(int from, int to) {
            shares.add(new TaskShare(Math.addExact(first, shares.size()), clips.subList(from, to)));
        }

        SharePlan plan() {
            int files = 0;
            for (int i = 0; i < clips.size(); i++) {
                files += i == 0 || !clips.get(i).uri().equals(clips.get(i - 1).uri()) ? 1 : 0;
            }
            return new SharePlan(shares, files, clips.size(), seconds, unknown, windows, bytes);
        }
    }

    /**
     * URIs of files whose clips are spread over several shares. They are hashed in advance, so that each is hashed only
     * once.
     */
    public Set<String> spanning() {
        Set<String> spanning = new TreeSet<>();
        for (int i = 1; i < shares.size(); i++) {
            String first = shares.get(i).clips().getFirst().uri();
            if (first.equals(shares.get(i - 1).clips().getLast().uri())) {
                spanning.add(first);
            }
        }
        return spanning;
    }

    /** Returns a copy of the plan whose shares know the digests, by URI, of files that span several shares. */
    public SharePlan hashed(Map<String, String> sha256) {
        List<TaskShare> known = shares.stream()
                .map(share -> {
                    Map<String, String> own = new TreeMap<>();
                    share.clips().forEach(clip -> {
                        String digest = sha256.get(clip.uri());
                        if (digest != null) {
                            own.put(clip.uri(), digest);
                        }
                    });
                    return own.isEmpty() ? share : new TaskShare(share.number(), share.clips(), own);
                })
                .toList();
        return new SharePlan(known, files, clips, seconds, unknown, windows, bytes);
    }

    /** A summary of the planned work for the user: clips, sound, windows, shares and bytes. */
    public String statement() {
        return Units.count(files, "recording")
                + (files == clips ? "" : " in " + Units.count(clips, "clip"))
                + ", " + Units.duration(seconds) + " of sound"
                + (unknown == 0 ? "" : " and " + Units.count(unknown, "clip") + " of unknown length")
                + (windows > clips ? ", " + Units.count(windows, "window") : "")
                + "; " + Units.count(shares.size(), "task")
                + (shares.size() < 2 ? "" : " of about " + Units.duration(seconds / shares.size()))
                + (bytes == 0
                        ? "; no tokens are kept"
                        : "; tokens take about " + Units.bytes(bytes) + " in " + Units.count(shares.size(), "shard"));
    }
}
