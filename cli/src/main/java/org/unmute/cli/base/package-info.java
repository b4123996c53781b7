/** What commands have in common: options, streams, the record of the run, backend and encoder. */
package org.unmute.cli.base;
