package org.unmute.report.benchmark;

import java.util.List;
import java.util.Map;
import org.unmute.report.chart.Chart;
import org.unmute.report.table.Table;

/** A piece of a section. */
public sealed interface Block {
    /** A paragraph of plain text. */
    record Words(String text) implements Block {}

    /** A table, in the page and as files. */
    record Tabular(Table table) implements Block {}

    /**
     * A figure, always as files.
     *
     * @param id     unique in the report and the name of its files: letters, digits, hyphens
     * @param chart  the figure
     * @param inPage whether the page shows it too
     */
    record Figure(String id, Chart chart, boolean inPage) implements Block {}

    /** Figures side by side where the page is wide enough. */
    record Beside(List<Figure> figures) implements Block {
        /** Copies the list. */
        public Beside {
            figures = List.copyOf(figures);
        }
    }

    /** What is hidden until it is opened; printed only when open. */
    record Folded(String summary, boolean open, List<Block> blocks) implements Block {
        /** Copies the list. */
        public Folded {
            blocks = List.copyOf(blocks);
        }
    }

    /** Names and values. */
    record Facts(Map<String, String> facts) implements Block {}

    /**
     * A piece of HTML made elsewhere that needs nothing outside of the page. It stands below its section, since it has
     * sections of its own.
     *
     * @param html  well-formed
     * @param files beside the page, by path below its folder
     */
    record Ready(String html, Map<String, byte[]> files) implements Block {
        /** Copies the map. */
        public Ready {
            files = Map.copyOf(files);
        }
    }
}
