package org.unmute.metrics.event;

/**
 * A sound of a class with its extent in time and frequency: a box in a spectrogram.
 *
 * @param event the class, the recording and the times
 * @param low   lower edge in Hz, NaN if unknown
 * @param high  upper edge in Hz, NaN if unknown
 * @param score confidence of a detection; NaN if there is none
 */
public record SoundBox(SoundEvent event, double low, double high, double score) {
    /** @throws IllegalArgumentException if frequencies are negative, infinite or not in order */
    public SoundBox {
        if (low < 0 || high < low || Double.isInfinite(high)) {
            throw new IllegalArgumentException("box " + event.label() + " of " + event.file()
                    + ": frequencies must be finite with 0 <= low <= high: " + low + " to " + high + " Hz");
        }
    }

    /** Whether both edges of the band are known. */
    public boolean hasBand() {
        return !Double.isNaN(low) && !Double.isNaN(high);
    }

    /** Seconds times Hz. */
    double area() {
        return event.length() * (high - low);
    }

    /**
     * Intersection over union of two boxes of one recording, of areas in seconds times Hz: 1 for equal boxes, 0 for
     * those that do not overlap and for boxes without area or band.
     */
    public double iou(SoundBox other) {
        double common = event.overlap(other.event) * (Math.min(high, other.high) - Math.max(low, other.low));
        return common > 0 ? common / (area() + other.area() - common) : 0;
    }
}
