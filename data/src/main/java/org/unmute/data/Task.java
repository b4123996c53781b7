package org.unmute.data;

/** Whether clips have one label or several. */
public enum Task {
    /** Any number of classes per clip; scored by the macro mean of average precision. */
    MULTI_LABEL("mAP"),
    /** Exactly one class per clip; scored by accuracy. */
    SINGLE_LABEL("accuracy");

    private final String metric;

    Task(String metric) {
        this.metric = metric;
    }

    /** The metric that the paper reports: {@code mAP} or {@code accuracy}. */
    public String metric() {
        return metric;
    }
}
