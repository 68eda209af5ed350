// Says early that JavaScript runs, so that nothing jumps when the modules arrive.
document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '')
