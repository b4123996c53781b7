package org.unmute.spark;

import org.unmute.models.encoder.TokenMap;
import org.unmute.spark.task.EmbeddedClip;

/** The token map of a clip and its pooled vector. A bean for Spark. */
public final class ClipTokens extends ClipResult {
    private static final long serialVersionUID = 1L;

    private int time;
    private int freq;
    private int dim;
    private int sound;
    private float[] tokens;
    private float[] cls;
    private float[] pooled;

    /** For Spark's bean encoder. */
    public ClipTokens() {}

    ClipTokens(EmbeddedClip from) {
        super(from);
        if (from.features() != null) {
            TokenMap map = from.features().tokens();
            time = map.time();
            freq = map.freq();
            dim = map.dim();
            sound = map.sound();
            tokens = map.tokens();
            cls = map.cls();
            pooled = from.pooled();
        }
    }

    /** Rows of the token map, in the order of time; 0 if there was an error. */
    public int getTime() {
        return time;
    }

    public void setTime(int time) {
        this.time = time;
    }

    /** Columns of the token map, from low to high frequencies; 0 if there was an error. */
    public int getFreq() {
        return freq;
    }

    public void setFreq(int freq) {
        this.freq = freq;
    }

    /** Channels of a token; 0 if there was an error. */
    public int getDim() {
        return dim;
    }

    public void setDim(int dim) {
        this.dim = dim;
    }

    /**
     * How many rows, counted from the first, represent sound; the others represent padding. 0 if there was an error.
     */
    public int getSound() {
        return sound;
    }

    public void setSound(int sound) {
        this.sound = sound;
    }

    /** The token map, {@code [time, freq, dim]}, row-major, in float32; null if there was an error. */
    public float[] getTokens() {
        return tokens;
    }

    public void setTokens(float[] tokens) {
        this.tokens = tokens;
    }

    /** The class token, {@code [dim]}; null if there was an error or the encoder has no class token. */
    public float[] getCls() {
        return cls;
    }

    public void setCls(float[] cls) {
        this.cls = cls;
    }

    /** The pooled tokens, {@code [dim]}; null if there was an error. */
    public float[] getPooled() {
        return pooled;
    }

    public void setPooled(float[] pooled) {
        this.pooled = pooled;
    }
}
