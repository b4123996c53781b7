package org.unmute.cli.chart;

/** The colours of the roles as CSS. */
public final class Theme {
    private Theme() {
    }

    /** Rules for a page that holds {@link Drawing#inlineSvg} figures: custom properties for light and dark, and one class per role. */
    public static String css() {
        throw new UnsupportedOperationException();
    }
}
