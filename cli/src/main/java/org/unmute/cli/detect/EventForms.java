package org.unmute.cli.detect;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of what is made of events besides tables: a data package to publish, a page to look at. */
public final class EventForms {
    @Mixin
    private CamtrapOptions camtrap;

    @Option(
            names = "--page",
            description =
                    "Also write events.html: a list to sort and filter, with pictures and sound of the best and the"
                            + " doubtful events of each class; at most 20 MB.")
    private boolean page;

    /** The data package, which is written if it is among the formats of the tables. */
    public CamtrapOptions camtrap() {
        return camtrap;
    }

    /** Whether events are also written as a page. */
    public boolean page() {
        return page;
    }
}
