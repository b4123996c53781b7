package org.unmute.spark;

import java.io.Serializable;
import org.unmute.spark.task.EmbeddedClip;

/**
 * The columns that all results share: which clip a row describes, and why the clip could not be used. A bean for Spark.
 */
public abstract class ClipResult implements Serializable {
    private static final long serialVersionUID = 1L;

    private String path;
    private String root;
    private String clip;
    private double start;
    private Double end;
    private String labels;
    private String split;
    private String sha256;
    private String error;

    ClipResult() {}

    ClipResult(EmbeddedClip from) {
        path = from.clip().file();
        root = from.clip().root();
        clip = from.clip().clip();
        start = from.clip().start();
        end = from.clip().end() < Double.POSITIVE_INFINITY ? from.clip().end() : null;
        labels = from.clip().labels();
        split = from.clip().split();
        sha256 = from.sha256();
        error = from.error();
    }

    /** The path, as given in the clip's row. */
    public String getPath() {
        return path;
    }

    public void setPath(String path) {
        this.path = path;
    }

    /** The folder that the path is relative to, with its scheme; null if the path alone locates the file. */
    public String getRoot() {
        return root;
    }

    public void setRoot(String root) {
        this.root = root;
    }

    /**
     * The clip's id: the one in its row if there is one, otherwise its path, with '#' and seconds if the clip is part
     * of a file.
     */
    public String getClip() {
        return clip;
    }

    public void setClip(String clip) {
        this.clip = clip;
    }

    /** Where the clip begins in its file, in seconds. */
    public double getStart() {
        return start;
    }

    public void setStart(double start) {
        this.start = start;
    }

    /** Where the clip ends, in seconds; null for the end of the file. */
    public Double getEnd() {
        return end;
    }

    public void setEnd(Double end) {
        this.end = end;
    }

    /** Labels, as given in the clip's row, with lists joined by ';'; null if there are none. */
    public String getLabels() {
        return labels;
    }

    public void setLabels(String labels) {
        this.labels = labels;
    }

    /** Split, as given in the clip's row; null if there is none. */
    public String getSplit() {
        return split;
    }

    public void setSplit(String split) {
        this.split = split;
    }

    /** SHA-256 of the clip's file, in lower-case hexadecimal; null if the file could not be read. */
    public String getSha256() {
        return sha256;
    }

    public void setSha256(String sha256) {
        this.sha256 = sha256;
    }

    /** Why the clip could not be used, or not to its end; null if there was no problem. */
    public String getError() {
        return error;
    }

    public void setError(String error) {
        this.error = error;
    }
}
