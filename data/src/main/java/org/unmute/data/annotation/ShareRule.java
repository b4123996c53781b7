package org.unmute.data.annotation;

/**
 * Decides whether an event is a label of a clip.
 *
 * @param share required share, in (0, 1]
 * @param of    the length that the share refers to
 */
public record ShareRule(double share, Of of) {
    /** A quarter of the event or of the clip. */
    public static final ShareRule DEFAULT = new ShareRule(0.25, Of.EITHER);

    /** Tolerance for rounding, in seconds. */
    private static final double ROUNDING = 1e-6;

    /** The length that a share refers to. */
    public enum Of {
        /** The share of the event that lies in the clip. */
        EVENT,
        /** The share of the clip that the event covers. */
        CLIP,
        /** Either: an event longer than a clip need not lie in it by a share of its own length. */
        EITHER
    }

    /** @throws IllegalArgumentException if the share is out of range */
    public ShareRule {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share of an event in a clip: it must be in (0, 1]: " + share);
        }
    }

    /** Whether an event overlaps a clip. Times are in seconds; the clip's end may be infinite. */
    static boolean touches(double start, double end, Annotation event) {
        boolean point = event.onset() == event.offset() && event.onset() >= start;
        return event.onset() < end && (point || event.offset() > start);
    }

    /** Whether an event is a label of a clip. An event without duration is a label of the clip in which it lies. */
    boolean holds(double start, double end, Annotation event) {
        if (!touches(start, end, event)) {
            return false;
        }
        if (event.isWhole()) {
            return true;
        }
        double shared = Math.min(end, event.offset()) - Math.max(start, event.onset());
        double length = event.offset() - event.onset();
        double whole = switch (of) {
            case EVENT -> length;
            case CLIP -> end - start;
            case EITHER -> Math.min(end - start, length);
        };
        // A clip up to the unknown end of its recording gets every event that overlaps it.
        return whole == Double.POSITIVE_INFINITY || shared >= share * whole - ROUNDING;
    }
}
