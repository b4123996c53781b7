/**
 * Parts that all pages share. A page is one file: it fetches nothing, runs no scripts, and can be read on a phone and
 * with a screen reader.
 */
package org.unmute.report.page;
